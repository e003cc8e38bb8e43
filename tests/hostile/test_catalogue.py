"""What a plugin says of itself is printed without what steers a terminal."""

import json
from pathlib import Path

from click.testing import CliRunner

from distillnet.cli.catalogue import roles
from tests.hostile.corpus import STEERING

STANCE = "You speak. " + " ".join(STEERING.values())


def test_a_role_cannot_steer_the_terminal() -> None:
    Path("evil.py").write_text(
        "from distillnet import Role\n\n\n"
        f"class Evil(Role):\n    name = 'evil'\n    stance = {STANCE!a}\n",
        encoding="utf-8",
    )
    listed = CliRunner().invoke(roles, ["--file", "evil.py"], catch_exceptions=False, color=True)
    shown = listed.output.partition("\nevil ")[2].partition("\nhistorian ")[0]
    assert "You speak." in shown
    assert not any(sign in shown for sign in "\x1b\x9b\x9d\x07\r\u202e\u2066\u200b\u2028\ud800")
    as_json = CliRunner().invoke(roles, ["--file", "evil.py", "--json"], catch_exceptions=False)
    assert as_json.output.rstrip("\n").isprintable()
    assert json.loads(json.dumps(STANCE)) in [role["stance"] for role in json.loads(as_json.output)]

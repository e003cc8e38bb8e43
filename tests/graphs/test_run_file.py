"""run.yaml is read as hostile: it may come from anybody whose run is looked at."""

from pathlib import Path

import pytest

from distillnet.errors import ConfigError
from distillnet.graphs.run_file import read_run


@pytest.mark.parametrize(
    "content",
    [
        "settings: " + "[" * 200_000,  # libyaml's own stack would overflow
        "a: &a [x, x]\nb: &b [*a, *a]\nsettings: [*b, *b]\n",
        "settings: {lenses: 4, lenses: 5}\nseed: {}\n",
        "settings: 4\nseed: 5\n",
        "",
    ],
)
def test_a_damaged_file_is_said_in_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.yaml").write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=r"cannot read .*run\.yaml"):
        read_run(tmp_path)

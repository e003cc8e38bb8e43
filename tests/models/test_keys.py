import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from distillnet import distill
from distillnet.config import load_settings
from distillnet.errors import ModelAccessError, UsageError
from distillnet.models.chat import open_teacher
from distillnet.models.keys import export_key, find_key, key_variable, redact, require_clean_url
from distillnet.models.spec import describe_teacher
from distillnet.testing import Fault, ScriptedServer, varied_prose
from tests.conftest import PHRASE, SUBJECT
from tests.models.conftest import KEY


def dotenv(text: str) -> None:
    """``.env`` in the working directory, which is a test's own."""
    Path(".env").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("openai:gpt-5-mini", "OPENAI_API_KEY"),
        ("anthropic:claude-x", "ANTHROPIC_API_KEY"),
        ("google_genai:gemini-x", "GOOGLE_API_KEY"),
        ("ollama:qwen3", ""),
        ("embedded", ""),
    ],
)
def test_each_provider_has_its_variable(model: str, variable: str) -> None:
    assert key_variable(model) == variable
    assert describe_teacher(load_settings(model=model)).key == variable


def test_the_environment_goes_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv(f"# keys\nexport OPENAI_API_KEY='{KEY}'\nOTHER_KEY={KEY}-2\n")
    assert find_key("OPENAI_API_KEY") == SecretStr(KEY)
    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}-environment\n")
    assert find_key("OPENAI_API_KEY") == SecretStr(f"{KEY}-environment")
    assert find_key("OTHER_KEY") == SecretStr(f"{KEY}-2")
    assert find_key("ANTHROPIC_API_KEY") is find_key("") is None


def test_a_library_is_given_what_stands_in_the_file_only(monkeypatch: pytest.MonkeyPatch) -> None:
    dotenv(f"MINE_API_KEY={KEY}\nYOURS_API_KEY={KEY}\n")
    monkeypatch.setenv("YOURS_API_KEY", "sk-environment")
    monkeypatch.setenv("MINE_API_KEY", "")
    for name in ("MINE_API_KEY", "YOURS_API_KEY", "NO_API_KEY", ""):
        export_key(name)
    assert os.environ["MINE_API_KEY"] == KEY
    assert os.environ["YOURS_API_KEY"] == "sk-environment"
    assert "NO_API_KEY" not in os.environ


def test_a_file_that_cannot_be_read_is_named() -> None:
    Path(".env").write_bytes(b"OPENAI_API_KEY=\xff\xfe")
    with pytest.raises(UsageError, match=r"cannot read .*\.env': make it a readable UTF-8 file"):
        find_key("OPENAI_API_KEY")


@pytest.mark.parametrize(
    "name", ["OPENAI_API_KEY", "HF_TOKEN", "MY_SECRET", "db_password", "OPENAI_KEY"]
)
def test_secrets_are_replaced_by_their_names(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, KEY)
    assert redact(f"Bearer {KEY}, and {KEY}.") == f"Bearer [{name}], and [{name}]."
    monkeypatch.setenv(name, "word")
    assert redact("a word of the language") == "a word of the language"


def test_secrets_of_the_file_are_replaced_too() -> None:
    dotenv(f"OPENAI_API_KEY={KEY}\nCITY=Königsberg\n")
    assert redact(f"{KEY} in Königsberg") == "[OPENAI_API_KEY] in Königsberg"


def test_a_key_is_known_whatever_its_variable_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_LOGIN", KEY)
    find_key("TEACHER_LOGIN")
    assert redact(f"no {KEY}") == "no [TEACHER_LOGIN]"


def test_no_end_of_a_longer_secret_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_API_KEY", KEY)
    monkeypatch.setenv("B_API_KEY", f"{KEY}-and-more\n")
    assert redact(f"{KEY}-and-more {KEY}") == "[B_API_KEY] [A_API_KEY]"


BAD_URLS = [
    f"https://{KEY}@api.example.com/v1",
    f"https://me:{KEY}@api.example.com/v1",
    f"https://:{KEY}@api.example.com/v1",
    f"https://api.example.com/v1?api_key={KEY}",
    f"https://api.example.com/v1#{KEY}",
    f"https://api.example.com:{KEY}/v1",
    f"https://[{KEY}/v1",
    f"{KEY}://api.example.com/v1",
    f"api.example.com/{KEY}",
    f"http:///{KEY}",
    KEY,
]


@pytest.mark.parametrize("url", BAD_URLS)
def test_a_url_with_a_secret_is_refused_without_being_printed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"^base_url must") as raised:
        require_clean_url(url, "base_url")
    assert KEY not in str(raised.value)
    for model in ("openai:scripted", "ollama:qwen3", "embedded"):
        with pytest.raises(UsageError, match=r"^base_url must") as raised:
            describe_teacher(load_settings(model=model, base_url=url))
        assert KEY not in str(raised.value)
    monkeypatch.setenv("OPENAI_BASE_URL", url)
    with pytest.raises(UsageError, match=r"^OPENAI_BASE_URL must") as raised:
        describe_teacher(load_settings(model="openai:scripted"))
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000/v1", "https://api.example.com", "http://[::1]:1/"]
)
def test_a_plain_url_is_taken(url: str) -> None:
    require_clean_url(url, "base_url")


def test_nothing_is_written_when_the_url_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="base_url"):
        distill(PHRASE, out=tmp_path / "run", model="embedded", base_url=BAD_URLS[1], train=False)
    assert not (tmp_path / "run").exists()


def test_a_key_of_one_s_own_name_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(model="openai:gpt-5-mini", api_key_env="MY_LOGIN")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-account")
    with pytest.raises(ModelAccessError, match=r"MY_LOGIN=\.\.\."):
        open_teacher(settings)
    monkeypatch.setenv("MY_LOGIN", KEY)
    assert open_teacher(settings).spec.key == "MY_LOGIN"


def test_a_key_is_in_no_file_of_a_run(tmp_path: Path) -> None:
    """Not even when the server repeats it, in errors and in answers."""
    dotenv(f"TEACHER_LOGIN={KEY}")
    locked = True
    with ScriptedServer(
        lambda prompt: f"Bearer {KEY}. {varied_prose(prompt, subject=SUBJECT)}",
        faults=lambda prompt, nth: Fault("unauthorized") if locked else None,
    ) as server:
        settings: dict[str, Any] = {
            "model": "openai:scripted",
            "base_url": server.base_url,
            "api_key_env": "TEACHER_LOGIN",
            "lenses": 4,
            "train": False,
        }
        with pytest.raises(ModelAccessError, match=r"Incorrect API key provided: \[TEACHER_LOGIN"):
            distill(PHRASE, out=tmp_path / "run", **settings)
        locked = False
        distill(PHRASE, out=tmp_path / "run", **settings)
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    files = [file for file in (tmp_path / "run").rglob("*") if file.is_file()]
    assert not [file for file in files if KEY.encode() in file.read_bytes()]
    assert "TEACHER_LOGIN" in (tmp_path / "run" / "run.yaml").read_text("utf-8")
    assert "[TEACHER_LOGIN]" in (tmp_path / "run" / "scenes.jsonl").read_text("utf-8")

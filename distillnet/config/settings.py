"""All settings of a run, and where they are read from."""

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from distillnet.config.sections import Coverage, Exam, Gates, Price, Training
from distillnet.records import Language


class Settings(BaseSettings):
    """All settings of a run."""

    model_config = SettingsConfigDict(
        env_prefix="DISTILLNET_",
        env_nested_delimiter="__",
        yaml_file="distillnet.yaml",
        extra="forbid",
        frozen=True,
    )

    lenses: int = Field(default=32, ge=1)
    only: tuple[str, ...] = Field(
        default=(), description="names of the lenses to use, instead of a number"
    )
    roles: tuple[str, ...] = Field(
        default=(), description="names or files; empty = all that are known"
    )
    model: str = "embedded"
    base_url: str | None = None
    embeddings: str = Field(
        default="use",
        description="'use' (packaged, offline) or provider:model; then cosine judges angles",
    )
    student: str = "embedded"
    language: Language | None = None
    max_rounds: int | None = Field(
        default=None, ge=1, description="None = 3, or 1,000 where a number of pages is asked for"
    )
    pages: float = Field(
        default=0.0,
        ge=0,
        le=1_000_000,
        description="accepted scenes to be reached, in pages of 2,000 tokens",
    )
    depth: int = Field(
        default=0, ge=0, le=9, description="how often a scene may be reinterpreted in its turn"
    )
    propose: int = Field(
        default=0, ge=0, le=9, description="lenses of its own that the critic may add"
    )
    rounds_through_student: int = Field(
        default=0,
        ge=0,
        le=9,
        description="how often what the student gets wrong is told anew and taught on top",
    )
    loop_control: bool = Field(
        default=True,
        description="beside these rounds, a student that reads as much of the old scenes instead, "
        "to see what the new ones were worth",
    )
    reuse: Path | None = Field(
        default=None,
        description="directory of an earlier run, as of another wording of the seed: what it "
        "answered to the same prompts is not asked again",
    )
    budget_calls: int | None = Field(
        default=None, ge=1, description="requests to the model, retries included"
    )
    budget_tokens: int | None = Field(default=None, ge=1, description="read and written, together")
    budget_usd: float | None = Field(default=None, gt=0)
    budget_minutes: float | None = Field(
        default=None, gt=0, description="of work, over all resumes of the run"
    )
    price: Price | None = Field(
        default=None, description="of the model, where the table does not know it"
    )
    batch: bool = Field(
        default=False, description="ask by OpenAI's Batch API: cheaper, answered within a day"
    )
    max_failed: float = Field(
        default=0.2, ge=0, le=1, description="share of failed calls for exit 3"
    )
    train: bool = True
    concurrency: int | None = Field(default=None, ge=1, description="None = what the model takes")
    temperature: float | None = Field(default=None, ge=0, description="None = what suits the model")
    top_p: float | None = Field(default=None, gt=0, le=1, description="None = what suits the model")
    max_tokens: int | None = Field(
        default=None,
        ge=16,
        description="length limit of one answer; None = 320 embedded, 1024 elsewhere",
    )
    timeout: float = Field(default=600.0, gt=0, description="seconds for one request")
    idle_timeout: float = Field(
        # An answer comes as a whole: a model that thinks first is silent for minutes.
        default=180.0,
        gt=0,
        description="seconds without a byte from the server",
    )
    attempts: int = Field(default=6, ge=1, description="requests for one call, on passing faults")
    api_key_env: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*$",
        description="name of the variable that holds the key; None = PROVIDER_API_KEY",
    )
    random_seed: int = 17
    lens_folders: tuple[Path, ...] = Field(default=(), description="with lenses of your own")
    fiction: Literal["keep", "prefix", "leave-out"] = Field(
        default="keep", description="what to do with scenes that may say what is not so"
    )
    gates: Gates = Gates()
    coverage: Coverage = Coverage()
    training: Training = Training()
    exam: Exam = Exam()

    @property
    def examines(self) -> bool:
        """Whether somebody's student will be asked what the exam asks."""
        return self.train or self.exam.untrained

    @property
    def rounds(self) -> int:
        """The most rounds."""
        return self.max_rounds or (1_000 if self.pages else 3)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls)


class StoredSettings(Settings):
    """Settings as a run or a plan keeps them: neither environment nor distillnet.yaml counts."""

    model_config = SettingsConfigDict(yaml_file=None)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)

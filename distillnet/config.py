"""Settings: arguments > ``DISTILLNET_*`` variables > ``distillnet.yaml`` > the defaults here.

Nested settings are reached in the environment by a double underscore:
``DISTILLNET_TRAINING__EPOCHS=2``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    YamlConfigSettingsSource,
)

from distillnet.errors import ConfigError
from distillnet.records import Language


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Gates(Section):
    """Thresholds of the gates; architecture/decisions.md tells how each was chosen."""

    min_words: int = Field(default=25, ge=1, description="shorter answers carry no interpretation")
    echo_overlap: float = Field(
        default=0.5, ge=0, le=1, description="share of 4-word runs taken from seed or prompt"
    )
    repeat_overlap: float = Field(
        default=0.35, ge=0, le=1, description="share of 4-word runs shared with an accepted scene"
    )
    repeat_cosine: float = Field(
        default=0.93, ge=0, le=1, description="cosine to an accepted scene"
    )
    topic_cosine: float = Field(
        default=0.15, ge=-1, le=1, description="least cosine to the passage"
    )
    language_share: float = Field(
        default=0.8,
        ge=0,
        le=1,
        description="least share of letters in the script of the run's language",
    )
    figurative_topic_cosine: float = Field(
        default=0.05,
        ge=-1,
        le=1,
        description="the same for figurative and fictional lenses",
    )
    loop_share: float = Field(default=0.3, ge=0, le=1, description="share of repeated 4-word runs")


class Coverage(Section):
    """When the critic is satisfied, and when it gives up."""

    lenses: float = Field(
        default=0.95, ge=0, le=1, description="share of planned lenses to be covered"
    )
    facts: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="share of the seed's facts to be told, each in both directions; "
        "0 asks for none of them",
    )
    good_turing: float = Field(
        default=0.0, ge=0, le=1, description="Good-Turing coverage to be reached"
    )
    min_gain: float = Field(
        default=0.10,
        ge=0,
        le=1,
        description="fewer new angles a call than this, over the last ten calls or more, "
        "and the run dries up",
    )
    angle_cosine: float = Field(
        default=0.65,
        ge=-1,
        le=1,
        description="closer scenes are one angle; asked where embeddings is not 'use'",
    )
    cross_checks: int = Field(
        default=0,
        ge=0,
        le=10_000,
        description="doubtful pairs of scenes a round that the teacher is asked about; "
        "the embedded one is not",
    )
    max_drift: float = Field(
        default=0.85,
        ge=0,
        le=2,
        description="largest distance, 1 - cosine, of a deeper scene from the passage of the seed "
        "that it goes back to",
    )


Mixture = Literal["answers", "both"]


class Training(Section):
    """LoRA on all linear layers; facts want a higher rate than full fine-tuning."""

    method: Literal["lora", "rslora", "dora"] = "lora"
    quantization: Literal["none", "4bit"] = Field(
        default="none", description="of the base while it is trained on; 4bit asks for a GPU"
    )
    checkpointing: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="activations computed again instead of kept: slower, in less memory; "
        "auto = where they do not fit",
    )
    mixture: Mixture = Field(
        default="answers", description="both = what is answered is learned as plain prose, too"
    )
    replay: float = Field(
        default=0.1,
        ge=0,
        lt=1,
        description="share of the learned tokens that are of a general text, against forgetting",
    )
    replay_text: Path | None = Field(
        default=None, description="that text, in paragraphs; None = the one shipped"
    )
    epochs: int = Field(default=3, ge=1)
    tokens: int | None = Field(
        default=None, ge=1, description="exactly so many tokens are learned, instead of epochs"
    )
    steps: int | None = Field(
        default=None,
        ge=1,
        description="with tokens: exactly so many optimizer steps, of about equally many tokens",
    )
    learning_rate: float = Field(default=5e-4, gt=0)
    rank: int = Field(default=16, ge=1)
    batch_tokens: int = Field(default=1024, ge=1, description="tokens per optimizer step, about")
    max_tokens: int = Field(default=2048, ge=16, description="longest row that is trained on")
    warmup_share: float = Field(default=0.1, ge=0, le=1)
    random_seed: int = 17

    @model_validator(mode="after")
    def _steps_have_tokens(self) -> Self:
        if self.steps and self.steps > (self.tokens or 0):
            raise ValueError("steps needs tokens, at least one for each step")
        return self


class Exam(Section):
    """How many items the examiner writes."""

    max_items: int = Field(default=96, ge=4)
    framings: int = Field(default=6, ge=1, description="held-out lenses that word the items")
    resamples: int = Field(default=4000, ge=100, description="of the bootstrap")
    untrained: bool = Field(
        default=False, description="a capable teacher states the facts though no student is trained"
    )


class Price(Section):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


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
    timeout: float = Field(default=120.0, gt=0, description="seconds for one request")
    idle_timeout: float = Field(
        default=60.0, gt=0, description="seconds without a byte from the server"
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


def load_settings(stored: Mapping[str, Any] | None = None, **arguments: Any) -> Settings:
    """Settings with ``arguments`` on top; those that are None count as not given.

    Beneath them are ``stored`` ones and nothing else, or, when there are none, the environment and
    distillnet.yaml. Raises ConfigError, naming every field that is wrong.
    """
    from yaml import YAMLError

    given = {name: value for name, value in arguments.items() if value is not None}
    try:
        return Settings(**given) if stored is None else StoredSettings(**{**stored, **given})
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors()
        )
        raise ConfigError(f"invalid settings: {wrong}") from None
    except SettingsError as error:
        raise ConfigError(f"invalid settings: {error}; write lists and sections as JSON") from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise ConfigError(f"distillnet.yaml must be a YAML mapping of settings: {error}") from None

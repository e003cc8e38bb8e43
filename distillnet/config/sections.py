"""The sections of the settings, each a mapping in ``distillnet.yaml``."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


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
    own_angle: bool = Field(
        default=True,
        description="a lens is covered by an angle that no earlier lens showed; "
        "false = by any accepted scene",
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
        description="doubtful pairs of scenes a round that the teacher is asked about, after "
        "24 known ones; the embedded one is not",
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
        default="none", description="of the base while it is trained on; 4bit asks for bitsandbytes"
    )
    checkpointing: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="activations computed again instead of kept: slower, in less memory; "
        "auto = where they do not fit",
    )
    packing: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="rows one after another instead of padded, none of which sees another; "
        "auto = on a GPU, where the student can",
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
    """How many items the examiner writes, and how a student is asked them."""

    max_items: int = Field(default=96, ge=4)
    framings: int = Field(default=6, ge=1, description="held-out lenses that word the items")
    resamples: int = Field(default=4000, ge=100, description="of the bootstrap")
    precision: Literal["auto", "float32"] = Field(
        default="auto",
        description="of the computation: auto = bfloat16 where it is faster; "
        "float32 = as others get the same figures",
    )
    untrained: bool = Field(
        default=False, description="a capable teacher states the facts though no student is trained"
    )


class Price(Section):
    """US dollars for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)

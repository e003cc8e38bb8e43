"""The contract of a role agent: who looks."""

import re
from typing import ClassVar

from distillnet.errors import ConfigError
from distillnet.records import Language

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class Role:
    """Who looks at the seed. A role agent is a subclass with a name and a stance:

    >>> class Poet(Role):
    ...     name = "poet"
    ...     stance = "You answer in concrete images and never explain the metaphor."
    ...     lens_tags = ("sense", "language")

    ``stance`` speaks to the model ("You ..."); ``stance_ru`` does so in Russian runs and may be
    left out. ``lens_tags`` says which lenses suit the role: the plan gives it lenses that carry
    one of these tags first.
    """

    name: ClassVar[str]
    stance: ClassVar[str]
    stance_ru: ClassVar[str] = ""
    lens_tags: ClassVar[tuple[str, ...]] = ()

    def stance_in(self, language: Language) -> str:
        return self.stance_ru if language == "ru" and self.stance_ru else self.stance


def check_role(role: type[Role]) -> None:
    """Raises ConfigError, naming the class and the fault, when ``role`` breaks the contract."""
    where = f"role {role.__module__}.{role.__qualname__}"
    name, stance = getattr(role, "name", None), getattr(role, "stance", None)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigError(f"{where}: name must be lowercase letters, digits and _, like 'poet'")
    if not isinstance(stance, str) or not stance.strip():
        raise ConfigError(f"{where}: stance must be a sentence that begins with 'You'")
    if not isinstance(role.stance_ru, str):
        raise ConfigError(f"{where}: stance_ru must be a string")
    tags = role.lens_tags
    if not isinstance(tags, tuple) or not all(isinstance(tag, str) for tag in tags):
        raise ConfigError(f"{where}: lens_tags must be a tuple of strings, like ('sense',)")

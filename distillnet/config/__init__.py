"""Settings: arguments > ``DISTILLNET_*`` variables > ``distillnet.yaml`` > the defaults here.

Nested settings are reached in the environment by a double underscore:
``DISTILLNET_TRAINING__EPOCHS=2``.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from distillnet.config.sections import Coverage as Coverage
from distillnet.config.sections import Exam as Exam
from distillnet.config.sections import Gates as Gates
from distillnet.config.sections import Mixture as Mixture
from distillnet.config.sections import Price as Price
from distillnet.config.sections import Section as Section
from distillnet.config.sections import Training as Training
from distillnet.config.settings import Settings as Settings
from distillnet.config.settings import StoredSettings as StoredSettings
from distillnet.errors import ConfigError


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

"""The JSON object in a model's answer, fenced or surrounded by talk."""

import json
from typing import TypeVar

from pydantic import BaseModel, ValidationError

Answer = TypeVar("Answer", bound=BaseModel)


def parsed(raw: str, model: type[Answer]) -> Answer:
    """What stands between the first and the last brace. Raises ValueError: what is wrong."""
    start, end = raw.find("{"), raw.rfind("}")
    if not 0 <= start < end:
        raise ValueError("it holds no JSON object")
    try:
        return model.model_validate(json.loads(raw[start : end + 1], strict=False))
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg}, line {error.lineno})") from None
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None

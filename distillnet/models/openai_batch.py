"""OpenAI's Batch API: a file of chat requests, answered within a day for less money.

Shapes after https://platform.openai.com/docs/api-reference/batch.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from langchain_core.messages import AIMessage, convert_to_messages
from pydantic import BaseModel, ValidationError

from distillnet.models.faults import ModelFault, http_fault
from distillnet.models.keys import redact
from distillnet.models.openai_chat import OpenAIChat, answer_of, error_message

_ENDPOINT = "/v1/chat/completions"
_ENDED = ("completed", "failed", "expired", "cancelled")
_PAGE = 100
# A file of the most requests that a batch may hold, answered at length.
_MOST_BYTES = 1_000_000_000
_LONGEST = 400


class _Counts(BaseModel):
    total: int = 0
    completed: int = 0
    failed: int = 0


class _Problems(BaseModel):
    data: list[dict[str, Any]] = []


class Batch(BaseModel):
    """A batch as the provider describes it."""

    id: str
    status: str
    input_file_id: str
    output_file_id: str | None = None
    error_file_id: str | None = None
    request_counts: _Counts | None = None
    errors: _Problems | None = None

    @property
    def has_ended(self) -> bool:
        return self.status in _ENDED

    @property
    def files(self) -> list[str]:
        """Those of its results."""
        return [name for name in (self.output_file_id, self.error_file_id) if name]

    @property
    def progress(self) -> str:
        """How many of its requests have ended, well or not: "12 of 100"."""
        counts = self.request_counts or _Counts()
        return f"{counts.completed + counts.failed} of {counts.total}"

    @property
    def fault(self) -> ModelFault:
        """Why requests of a batch that has ended are in none of its files."""
        if self.status == "completed":
            return ModelFault("invalid_json", f"batch {self.id} does not say what became of it")
        problems = self.errors.data if self.errors else []
        said = "; ".join(error_message(json.dumps({"error": problem})) for problem in problems)
        fault = http_fault(400, said, {})
        return fault if fault.kind == "access" else _unfinished(f"{self.status} {said}".strip())


class _Page(BaseModel):
    data: list[Batch]
    has_more: bool = False


class _File(BaseModel):
    id: str


@dataclass(frozen=True)
class BatchApi:
    """Requests to the provider of ``chat``; each method raises ModelFault when one fails."""

    chat: OpenAIChat

    async def upload(self, prompts: Mapping[str, list[tuple[str, str]]]) -> str:
        """Sends the requests for answers to ``prompts``, by id; returns the name of their file."""
        from aiohttp import FormData

        form = FormData({"purpose": "batch"})
        lines = "".join(f"{self._line(id, prompt)}\n" for id, prompt in prompts.items())
        form.add_field("file", lines.encode(), filename="distillnet.jsonl")
        answer = await self.chat.fetch("POST", "/files", data=form, timeout=self._patience())
        return _read(_File, answer).id

    async def create(self, file: str) -> Batch:
        """Starts the batch of an uploaded file, which is paid for from then on."""
        asked = {"input_file_id": file, "endpoint": _ENDPOINT, "completion_window": "24h"}
        return _read(Batch, await self.chat.fetch("POST", "/batches", json=asked))

    async def find(self, file: str) -> Batch | None:
        """The batch that was made of ``file``, if any was."""
        where = {"limit": str(_PAGE)}
        while True:
            page = _read(_Page, await self.chat.fetch("GET", "/batches", params=where))
            if found := next((batch for batch in page.data if batch.input_file_id == file), None):
                return found
            if not page.data or not page.has_more:
                return None
            where["after"] = page.data[-1].id

    async def batch(self, id: str) -> Batch:
        return _read(Batch, await self.chat.fetch("GET", f"/batches/{id}"))

    async def results(self, batch: Batch) -> dict[str, AIMessage | ModelFault]:
        """What became of the requests of a batch that has ended, by id, where its files say it."""
        found: dict[str, AIMessage | ModelFault] = {}
        for file in batch.files:
            text, _ = await self.chat.download(
                "GET",
                f"/files/{file}/content",
                most_bytes=_MOST_BYTES,
                timeout=self._patience(),
            )
            found |= dict(_result(line) for line in text.split("\n") if line.strip())
        return found

    def _line(self, id: str, prompt: list[tuple[str, str]]) -> str:
        body = self.chat.request(convert_to_messages(prompt))
        return json.dumps({"custom_id": id, "method": "POST", "url": _ENDPOINT, "body": body})

    def _patience(self) -> Any:
        """Files may take long, so only silence ends their transfer."""
        from aiohttp import ClientTimeout

        return ClientTimeout(
            total=None, sock_connect=self.chat.timeout, sock_read=self.chat.idle_timeout
        )


Shape = TypeVar("Shape", bound=BaseModel)


def _read(shape: type[Shape], answer: dict[str, Any]) -> Shape:
    try:
        return shape.model_validate(answer)
    except ValidationError as error:
        said = f"{shape.__name__}: {error.errors()[0]['msg']}"
        raise ModelFault("invalid_json", redact(said)) from None


def _unfinished(said: str) -> ModelFault:
    return ModelFault("unfinished", redact(said)[:_LONGEST])


def _result(line: str) -> tuple[str, AIMessage | ModelFault]:
    """The request that a line of a file of results is about, "" for none, and what it brought."""
    try:
        row = json.loads(line)
        id, response = str(row["custom_id"]), row.get("response")
        if response:
            status, body = int(response["status_code"]), response["body"]
        else:
            said = error_message(json.dumps(row))
            # The batch expired or was cancelled before this request was made.
            return id, _unfinished(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "", ModelFault("invalid_json", "a line of a batch that cannot be read")
    if status != 200:
        return id, http_fault(status, error_message(json.dumps(body)), {})
    try:
        return id, answer_of(body)
    except ModelFault as fault:
        return id, fault
    except AttributeError:
        return id, ModelFault("empty_answer", "no object in the answer")

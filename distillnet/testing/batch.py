"""OpenAI's Batch API: files in, batches of chat requests, files out.

Shapes after https://platform.openai.com/docs/api-reference/batch. A batch is ``validating`` when
it is made, ``in_progress`` when it is first asked for, and has ended at the second time.
"""

import json
from email import message_from_bytes
from typing import Any

from distillnet.testing.faults import CONTENT_FAULTS
from distillnet.testing.replies import reply
from distillnet.testing.traffic import Chat, Traffic
from distillnet.testing.wire import Request, Response, json_response, not_found

_PAGE = 20
_NO_QUOTA = {"code": "insufficient_quota", "message": "You exceeded your current quota."}


class Batches:
    """The files and batches of one server. Its rows are counted as chat requests are.

    A row with a fault of content is a row of the output; any other fault makes it a row of the
    error file. ``expired`` ends the batch as expired, ``quota`` as failed before any row is
    answered. Rows come out in reverse order, as the order is not promised.
    """

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._files: dict[str, bytes] = {}
        self._batches: dict[str, dict[str, Any]] = {}

    def respond(self, request: Request) -> Response:
        """Raises what the script of the answers raises, and KeyError or ValueError for a body
        that is not as it should be.
        """
        match request.method, request.path.split("/")[2:]:
            case "POST", ["files"]:
                return json_response(200, self._upload(request))
            case "GET", ["files", name, "content"] if name in self._files:
                return Response(200, self._files[name], "application/octet-stream")
            case "POST", ["batches"]:
                return json_response(200, self._create(json.loads(request.body)))
            case "GET", ["batches"]:
                return json_response(200, self._list(request.query))
            case "POST", ["batches", name, "cancel"] if name in self._batches:
                self._batches[name]["status"] = "cancelling"
                return json_response(200, self._batches[name])
            case "GET", ["batches", name] if name in self._batches:
                return json_response(200, self._advance(self._batches[name]))
        return not_found(request.path)

    def _upload(self, request: Request) -> dict[str, Any]:
        head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
        fields = {
            part.get_param("name", header="content-disposition"): part
            for part in message_from_bytes(head + request.body).walk()
            if not part.is_multipart()
        }
        content = fields["file"].get_payload(decode=True)
        assert isinstance(content, bytes)
        return {
            "id": self._keep(content),
            "object": "file",
            "bytes": len(content),
            "created_at": 0,
            "filename": fields["file"].get_filename(),
            "purpose": fields["purpose"].get_payload(),
            "status": "processed",
        }

    def _keep(self, content: bytes) -> str:
        name = f"file-{len(self._files)}"
        self._files[name] = content
        return name

    def _create(self, asked: dict[str, Any]) -> dict[str, Any]:
        rows = self._rows(asked["input_file_id"])
        name = f"batch_{len(self._batches)}"
        self._batches[name] = {
            "id": name,
            "object": "batch",
            "endpoint": asked["endpoint"],
            "input_file_id": asked["input_file_id"],
            "completion_window": asked["completion_window"],
            "metadata": asked.get("metadata"),
            "created_at": 0,
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "request_counts": {"total": len(rows), "completed": 0, "failed": 0},
        }
        return self._batches[name]

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        """A page of the batches, the newest first."""
        names = list(reversed(self._batches))
        start = names.index(query["after"]) + 1 if "after" in query else 0
        page = names[start : start + int(query.get("limit", _PAGE))]
        return {
            "object": "list",
            "data": [self._batches[name] for name in page],
            "first_id": page[0] if page else None,
            "last_id": page[-1] if page else None,
            "has_more": start + len(page) < len(names),
        }

    def _advance(self, batch: dict[str, Any]) -> dict[str, Any]:
        match batch["status"]:
            case "validating":
                batch["status"] = "in_progress"
            case "in_progress":
                self._end(batch)
            case "cancelling":
                batch["status"] = "cancelled"
        return batch

    def _end(self, batch: dict[str, Any]) -> None:
        rows = reversed(self._rows(batch["input_file_id"]))
        asked = [(row, self._traffic.admit(row["body"], authorization="")) for row in rows]
        faults = {chat.fault.name for _, chat in asked if chat.fault}
        if "quota" in faults:
            batch |= {"status": "failed", "errors": {"object": "list", "data": [_NO_QUOTA]}}
        else:
            batch["status"] = "expired" if "expired" in faults else "completed"
            self._answer(batch, asked)

    def _answer(self, batch: dict[str, Any], asked: list[tuple[dict[str, Any], Chat]]) -> None:
        good, failed = [], []
        for row, chat in asked:
            if not chat.fault or chat.fault.name in CONTENT_FAULTS:
                good.append(_result(row, 200, json.loads(reply(chat).body)))
            elif chat.fault.name == "expired":
                failed.append(_unreached(row))
            else:
                problem = {"message": f"The request failed: {chat.fault.name}.", "code": None}
                failed.append(_result(row, 500, {"error": problem}))
            self._traffic.count_sent(chat)
        batch["request_counts"] |= {"completed": len(good), "failed": len(failed)}
        batch["output_file_id"] = self._keep(b"".join(good)) if good else None
        batch["error_file_id"] = self._keep(b"".join(failed)) if failed else None

    def _rows(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._files[name].split(b"\n") if line.strip()]


def _result(row: dict[str, Any], status: int, body: dict[str, Any]) -> bytes:
    response = {"status_code": status, "request_id": "scripted", "body": body}
    return _line(row, response=response, error=None)


def _unreached(row: dict[str, Any]) -> bytes:
    message = "This request could not be executed before the completion window expired."
    return _line(row, response=None, error={"code": "batch_expired", "message": message})


def _line(row: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"id": "scripted", "custom_id": row["custom_id"], **more}).encode() + b"\n"

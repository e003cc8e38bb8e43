"""The embedded model as a LangChain chat model: requests made at once are decoded as one batch.

On a CPU a decoding step costs nearly the same for one row as for sixty-four, so concurrent
``ainvoke`` calls meet in a queue, and one worker thread takes them in batches.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from pydantic import PrivateAttr

from distillnet.models.precision import fastest_precision
from distillnet.models.spec import EMBEDDED_BATCH, EMBEDDED_SAMPLING
from distillnet.models.weights import load_model, model_folder

_GATHER_SECONDS = 0.03
_ROLE = {"system": "system", "human": "user", "ai": "assistant"}


@dataclass(frozen=True)
class _Request:
    messages: list[dict[str, str]]
    seed: int
    limit: int
    answer: "Future[ChatResult]" = field(default_factory=Future)


class EmbeddedChat(BaseChatModel):
    """A local causal model, ``embedded`` by default, or any folder of weights.

    ``ainvoke(messages, seed=7)`` samples with a stream of its own, so that the same messages and
    seed give the same answer whatever else is in the batch (up to rounding in bf16).
    """

    model: str = "embedded"
    temperature: float = EMBEDDED_SAMPLING["temperature"]
    top_p: float = EMBEDDED_SAMPLING["top_p"]
    repetition_penalty: float = EMBEDDED_SAMPLING["repetition_penalty"]
    max_tokens: int = int(EMBEDDED_SAMPLING["max_tokens"])
    batch_size: int = EMBEDDED_BATCH

    _requests: "queue.SimpleQueue[_Request]" = PrivateAttr(default_factory=queue.SimpleQueue)
    _lock: threading.Lock = PrivateAttr(default_factory=threading.Lock)
    _worker: threading.Thread | None = PrivateAttr(default=None)
    _loaded: tuple[Any, Any] | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "distillnet-embedded"

    def _submit(self, messages: Sequence[BaseMessage], seed: int) -> "Future[ChatResult]":
        request = _Request(
            [{"role": _ROLE[m.type], "content": str(m.text)} for m in messages],
            seed,
            self.max_tokens,
        )
        with self._lock:
            if self._worker is None:
                self._worker = threading.Thread(target=self._serve, daemon=True)
                self._worker.start()
        self._requests.put(request)
        return request.answer

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        *,
        seed: int = 0,
        **kwargs: Any,
    ) -> ChatResult:
        return self._submit(messages, seed).result()

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        *,
        seed: int = 0,
        **kwargs: Any,
    ) -> ChatResult:
        return await asyncio.wrap_future(self._submit(messages, seed))

    def _serve(self) -> None:
        while True:
            batch = [self._requests.get()]
            deadline = time.monotonic() + _GATHER_SECONDS
            while len(batch) < self.batch_size:
                try:
                    batch.append(self._requests.get(timeout=max(0, deadline - time.monotonic())))
                except queue.Empty:
                    break
            # A caller that gave up (a time-out, a cancelled run) is not decoded for.
            batch = [r for r in batch if r.answer.set_running_or_notify_cancel()]
            try:
                if batch:
                    self._decode(batch)
            except Exception as error:
                for request in batch:
                    if not request.answer.done():
                        request.answer.set_exception(error)

    def _decode(self, batch: list[_Request]) -> None:
        import torch

        from distillnet.models.sampling import RowSampler

        if self._loaded is None:
            self._loaded = load_model(model_folder(self.model), precision=fastest_precision())
        model, tokenizer = self._loaded
        texts = [
            tokenizer.apply_chat_template(r.messages, tokenize=False, add_generation_prompt=True)
            for r in batch
        ]
        inputs = tokenizer(texts, return_tensors="pt", padding=True, add_special_tokens=False)
        inputs = inputs.to(model.device)
        prompt_length = inputs.input_ids.shape[1]
        input_tokens = inputs.attention_mask.sum(dim=1).tolist()
        limit = max(r.limit for r in batch)

        def deliver(row: int, tokens: list[int], *, ended: bool = True) -> None:
            request = batch[row]
            ended = ended and len(tokens) < request.limit
            text = tokenizer.decode(tokens[: request.limit], skip_special_tokens=True)
            request.answer.set_result(
                _result(
                    text,
                    finish_reason="stop" if ended else "length",
                    input_tokens=input_tokens[row],
                    output_tokens=min(len(tokens) + ended, request.limit),
                )
            )

        end = model.generation_config.eos_token_id or tokenizer.eos_token_id
        sampler = RowSampler(
            [r.seed for r in batch],
            temperature=self.temperature,
            top_p=self.top_p,
            prompt_length=prompt_length,
            end=set(end) if isinstance(end, list) else {end},
            on_end=deliver,
        )
        with torch.inference_mode():
            output = model.generate(
                **inputs,
                max_new_tokens=limit,
                do_sample=False,
                repetition_penalty=self.repetition_penalty,
                logits_processor=[sampler],
                pad_token_id=tokenizer.pad_token_id,
            )
        for row, request in enumerate(batch):
            if not request.answer.done():
                deliver(row, output[row, prompt_length:].tolist(), ended=False)


def _result(text: str, *, finish_reason: str, input_tokens: int, output_tokens: int) -> ChatResult:
    message = AIMessage(
        content=text,
        response_metadata={"finish_reason": finish_reason},
        usage_metadata={
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "total_tokens": input_tokens + output_tokens,
        },
    )
    return ChatResult(generations=[ChatGeneration(message=message)])

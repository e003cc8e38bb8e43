"""Whichever library reports it: LangChain's own client for OpenAI, or errors made by hand."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_openai import ChatOpenAI

from distillnet.models.chat import Teacher
from distillnet.models.faults import FREE, PASSING, ModelFault, fault_of, http_fault, retry_after
from distillnet.testing import Fault, ScriptedServer
from tests.models.conftest import KEY, MESSAGES, failing, teacher


def langchain_client(server: ScriptedServer, **options: Any) -> Teacher:
    """A model of LangChain's in the place of ours."""
    chat = ChatOpenAI(
        model="scripted", base_url=server.base_url, api_key=KEY, max_retries=0, **options
    )
    return Teacher(chat, teacher(server).spec)


@pytest.mark.parametrize(
    "fault",
    [
        Fault("rate_limited", retry_after="7"),
        Fault("server_error"),
        Fault("overloaded", retry_after="0.5"),
        Fault("hang", seconds=30),
        Fault("reset"),
        Fault("html"),
        Fault("invalid_json"),
        Fault("null_content"),
        Fault("empty_choices"),
        Fault("cut_body"),
        Fault("unauthorized"),
        Fault("quota"),
    ],
    ids=lambda fault: fault.name,
)
async def test_show(fault):
    with failing(fault) as server:
        t = langchain_client(server, timeout=0.3)
        try:
            r = await t.ask(MESSAGES, seed=1)
            print("ANSWER", fault.name, repr(r))
        except ModelFault as f:
            print("FAULT", fault.name, f.kind, f.said, f.retry_after)

"""For tests and benchmarks: a model server that answers, and fails, as its script says.

``ScriptedServer`` is a fake model and named so. ``python -m distillnet.testing`` runs one as a
process of its own.
"""

from distillnet.testing.faults import CONTENT_FAULTS, TRANSPORT_FAULTS, Fault, mixed_faults
from distillnet.testing.invariants import broken_invariants, paid_prompts
from distillnet.testing.prose import varied_prose
from distillnet.testing.roles import assert_valid_role
from distillnet.testing.server import ScriptedServer

__all__ = [
    "CONTENT_FAULTS",
    "TRANSPORT_FAULTS",
    "Fault",
    "ScriptedServer",
    "assert_valid_role",
    "broken_invariants",
    "mixed_faults",
    "paid_prompts",
    "varied_prose",
]

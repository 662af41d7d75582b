"""What a report has to hold: floors, ceilings and the ratchet; the judgement decides."""

from __future__ import annotations

from refute.gate.check import check
from refute.gate.material import Documents, Material
from refute.gate.ratchet import FILE as RATCHET_FILE
from refute.gate.ratchet import Entry, Proposal, propose, ratchet_text, read_ratchet
from refute.gate.registry import DEFAULT_RATCHET, METRICS, find_metric
from refute.gate.rules import Gate, Imports, read_gate
from refute.gate.saved import gate_document, read_gate_result, save_gate
from refute.gate.values import Bound, GateResult, Line, Metric, State, Unmeasured, Value

__all__ = [
    "DEFAULT_RATCHET",
    "METRICS",
    "RATCHET_FILE",
    "Bound",
    "Documents",
    "Entry",
    "Gate",
    "GateResult",
    "Imports",
    "Line",
    "Material",
    "Metric",
    "Proposal",
    "State",
    "Unmeasured",
    "Value",
    "check",
    "find_metric",
    "gate_document",
    "propose",
    "ratchet_text",
    "read_gate",
    "read_gate_result",
    "read_ratchet",
    "save_gate",
]

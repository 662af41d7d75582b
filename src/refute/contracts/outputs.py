"""What programs print, and what ``subprocess`` makes of it: could this have come back?

Facts that hold for each version of these programs; nothing is asked or run.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from refute.contracts.answers import Accepted, Answer, Refusal, Refused, Unknown


@dataclass(frozen=True, slots=True)
class Part:
    """A value in the place of a program's output."""

    #: ``str``, ``bytes``, ``int``, ``bool``, ``none`` or ``float``.
    kind: str
    #: The beginning of a text, or the number.
    text: str
    #: As what all of it reads in JSON: ``object``, ``array``, ``other``, ``invalid``; empty
    #: where that was not looked at.
    json: str = ""


def check_output(
    words: Sequence[str],
    parts: Mapping[str, Part],
    *,
    way: str = "run",
    reads: str = "",
    captured: Sequence[str] = (),
    check: bool = False,
    whole: bool = True,
) -> Answer:
    """Could this command have given this to its caller?

    ``parts`` are ``stdout``, ``stderr`` and ``returncode``, as far as they are known; ``way`` is
    ``run``, ``check_output`` or ``communicate``; ``reads`` what subprocess gives for these
    arguments (``str``, ``bytes``, or empty if that is not known), ``captured`` what it captures.
    ``whole`` is False when not all words are known: then only the kinds of values are looked at.
    """
    code = parts.get("returncode")
    if code is not None and code.kind not in ("int", "bool"):
        return _refused(f"returncode is a number, and not {_kind(code)}")
    if check and code is not None and code.text not in ("0", "False"):
        return _refused(f"with check=True, return code {code.text} raises CalledProcessError")
    said = [one for name in ("stdout", "stderr") if (one := _stream(name, parts, reads, captured))]
    refused = next((one for one in said if isinstance(one, Refused)), None)
    if refused is not None:
        return refused
    out = parts.get("stdout")
    ended_well = way == "check_output" or check or (code is not None and code.text == "0")
    if whole and ended_well and out is not None and out.kind in ("str", "bytes"):
        found = _printed(words, out)
        if found is not None:
            return found
    return said[0] if said else Accepted()


def _stream(
    name: str, parts: Mapping[str, Part], reads: str, captured: Sequence[str]
) -> Refused | Unknown | None:
    """What can be said of one stream's type; None if there is nothing to say."""
    part = parts.get(name)
    if part is None or name not in captured:
        # What nobody captures is None; doubles that serve several calls are set up for one of them.
        return None
    if part.kind not in ("str", "bytes"):
        if part.kind == "none":
            return _refused(f"{name} is captured, and None stands there only if it is not")
        return _refused(f"{name} is text or bytes, and not {_kind(part)}")
    if not reads:
        return Unknown("whether it is opened as text is not known")
    if part.kind == reads:
        return None
    if not part.text:
        return Unknown(f"{name} is empty: whether its type matters to anybody is not known")
    if reads == "bytes":
        return _refused(f"{name} is bytes without text=True or an encoding, and not str")
    return _refused(f"{name} is str with text=True or an encoding, and not bytes")


_HASH = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\s*")
_JSON = {
    ("kubectl", "get"): "object",
    ("kubectl", "version"): "object",
    ("helm", "list"): "array",
    ("helm", "ls"): "array",
    ("helm", "history"): "array",
    ("helm", "status"): "object",
    ("helm", "install"): "object",
    ("helm", "upgrade"): "object",
}
_A = {"object": "an object", "array": "a list"}


def _printed(words: Sequence[str], out: Part) -> Answer | None:
    """What is known of the texts that some programs print when they end well."""
    program, rest = words[0].rpartition("/")[2], tuple(words[1:])
    if program == "git" and rest[:1] == ("rev-parse",) and "***" not in out.text:
        return _rev_parse(rest[1:], out.text)
    verb = next((word for word in rest if not word.startswith("-")), "")
    wanted = _JSON.get((program, verb))
    if wanted is None or not _asks_json(rest):
        return None
    if not out.text.strip():
        if program == "kubectl" and any(word.startswith("--ignore-not-found") for word in rest):
            return None
        return _refused(f"{program} {verb} prints JSON, and not nothing")
    if any(word in ("-w", "--watch", "--watch-only", "--dry-run") for word in rest) or not out.json:
        return None
    if out.json == "invalid":
        return _refused(f"{program} {verb} prints JSON, and this is none")
    if out.json != wanted:
        return _refused(f"{program} {verb} prints {_A[wanted]} in JSON, and not this")
    return None


def _asks_json(words: Sequence[str]) -> bool:
    pairs = zip(words, (*words[1:], ""), strict=True)
    return any(
        word in ("-ojson", "-o=json", "--output=json")
        or (word in ("-o", "--output") and following == "json")
        for word, following in pairs
    )


def _rev_parse(words: Sequence[str], text: str) -> Answer | None:
    asked = [word for word in words if word not in ("--verify", "-q", "--quiet")]
    if asked == ["HEAD"] and not _HASH.fullmatch(text):
        return _refused("git rev-parse HEAD prints 40 or 64 hexadecimal digits")
    if asked == ["--show-toplevel"] and not re.match(r"/|[A-Za-z]:", text):
        return _refused("git rev-parse --show-toplevel prints an absolute path")
    if asked == ["--is-inside-work-tree"] and text.strip() not in ("true", "false"):
        return _refused("git rev-parse --is-inside-work-tree prints true or false")
    return None


def _kind(part: Part) -> str:
    return "None" if part.kind == "none" else part.kind


def _refused(message: str) -> Refused:
    return Refused((Refusal("bad-output", 0, message),))

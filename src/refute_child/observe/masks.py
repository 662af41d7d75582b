"""What secrets look like: by their own form, by what is written before them, by their name."""

from __future__ import annotations

import re

MASK = "***"

_FRAGMENTS = (
    "password", "passwd", "passphrase", "secret", "token", "apikey", "credential", "authoriz",
    "cookie", "privatekey", "accesskey",
)  # fmt: skip
_WORDS = frozenset(
    {"pass", "pwd", "key", "keys", "auth", "dsn", "jwt", "bearer", "otp", "pin", "sessionid"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAMED = (
    r"(?:[\w.-]*?(?:pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|access[-_]?key"
    r"|private[-_]?key|credentials?|dsn|jwt|sessionid|(?<![a-z])key))"
)
_PATTERNS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        # A key in its armour, whether it ends or not.
        (r"-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|\Z)", MASK),
        (r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s/@]+@", rf"\1{MASK}@"),
        (
            r"(?i)((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?\s*[:=]\s*)[^\r\n]+",
            rf"\1\2{MASK}",
        ),
        (r"(?i)(bearer)\s+[\w.~+/=-]{6,}", rf"\1 {MASK}"),
        (r"(?i)(basic)\s+(?:[a-z0-9+/]{4,}={1,2}|[a-z0-9+/]{16,})", rf"\1 {MASK}"),
        (
            (
                rf"(?i)\b({_NAMED})(['\"]?\s*(?:=>|[:=])\s*)"
                r"(?:\"[^\"]*\"?|'[^']*'?|[^\s,;&}]+)"
            ),
            rf"\1\2{MASK}",
        ),
        (rf"(?i)(--?{_NAMED})(\s+)(?:\"[^\"]*\"?|'[^']*'?|\S+)", rf"\1\2{MASK}"),
        (r"eyJ[\w-]{4,}(?:\.[\w-]*)*", MASK),
        (r"(?:sk|pk|rk)_(?:live|test)_\w+", MASK),
        (r"(?<![A-Za-z])sk-[\w-]{16,}", MASK),
        (r"whsec_\w+", MASK),
        (r"(?:gh[oprsu]_|github_pat_|glpat-|xox[a-z]-|hvs\.)[\w-]{8,}", MASK),
        (r"(?:npm_|pypi-)[\w-]{24,}", MASK),
        (r"(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{12,}", MASK),
        (r"AIza[\w-]{20,}", MASK),
        # Long and mixed: random by the look of it, as keys are.
        (
            (
                r"\b(?=[A-Za-z+/]*\d)(?=[a-z0-9+/]*[A-Z])(?=[A-Z0-9+/]*[a-z])"
                r"[A-Za-z0-9+/]{32,}={0,2}"
            ),
            MASK,
        ),
    )
)  # fmt: skip
_HINTS = re.compile(
    r"(?i)-----BEGIN|@|auth|cookie|bearer|basic|pass|pwd|secret|token|key|cred|dsn|jwt|session"
    r"|eyJ|[spr]k[_-]|whsec|gh[oprsu]_|_pat_|glpat|xox|hvs\.|A[KSRI][IO][AD]|AIza"
    r"|[A-Za-z0-9+/]{32}"
)
"""What any of the patterns needs: most texts hold none of it and are passed at once."""


def without_secrets(text: str) -> str:
    """The text with a mask in the place of all that looks like a secret."""
    if _HINTS.search(text) is not None:
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether what goes by this name, of a variable, key or option, is a secret."""
    name = name[:200]
    joined = re.sub(r"[^a-z]", "", name.lower())
    if any(fragment in joined for fragment in _FRAGMENTS):
        return True
    return any(word.lower() in _WORDS for word in _WORD.findall(name))


def secrets_in(text: str) -> list[str]:
    """What ``without_secrets`` puts masks in the place of, without quotes."""
    if _HINTS.search(text) is None:
        return []
    found: list[str] = []
    for pattern, replacement in _PATTERNS:
        for match in pattern.finditer(text):
            before, _, after = match.expand(replacement).partition(MASK)
            whole = match.group()
            found.append(whole[len(before) : len(whole) - len(after)].strip("'\""))
    return found

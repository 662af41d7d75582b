"""Where the first JSON value of a text ends, or, in Go's words, why there is none."""

from __future__ import annotations

from typing import NoReturn

_SPACE = b" \t\r\n"
_DIGITS = b"0123456789"
_HEX = b"0123456789abcdefABCDEF"
_DEEPEST = 10_000
_LITERALS = {ord("t"): b"true", ord("f"): b"false", ord("n"): b"null"}


class JSONSyntax(ValueError):
    """The text is no JSON; the message is that of Go's encoding/json."""


def first_value(text: bytes) -> bytes:
    """The text up to the end of its first value. Raises JSONSyntax."""
    scan = _Scan(text)
    scan.space()
    if scan.at >= len(text):
        raise JSONSyntax("EOF")
    begin = scan.at
    scan.value(0)
    return text[begin : scan.at]


class _Scan:
    """Walks through a text; each method stands behind what it has read."""

    def __init__(self, text: bytes) -> None:
        self.text, self.at = text, 0

    def peek(self) -> int:
        """The next byte, or the error that there is none."""
        if self.at >= len(self.text):
            raise JSONSyntax("unexpected EOF")
        return self.text[self.at]

    def refuse(self, context: str) -> NoReturn:
        """The error about the next byte."""
        raise JSONSyntax(f"invalid character {_quoted(self.peek())} {context}")

    def space(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _SPACE:
            self.at += 1

    def value(self, depth: int) -> None:
        byte = self.peek()
        if byte in b"{[":
            if depth >= _DEEPEST:
                raise JSONSyntax("exceeded max depth")
            self.at += 1
            (self.object if byte == ord("{") else self.array)(depth)
        elif byte == ord('"'):
            self.string()
        elif byte in b"-0123456789":
            self.number()
        elif byte in _LITERALS:
            self.literal(_LITERALS[byte])
        else:
            self.refuse("looking for beginning of value")

    def object(self, depth: int) -> None:
        self.space()
        if self.peek() == ord("}"):
            self.at += 1
            return
        while True:
            if self.peek() != ord('"'):
                self.refuse("looking for beginning of object key string")
            self.string()
            self.space()
            if self.peek() != ord(":"):
                self.refuse("after object key")
            self.at += 1
            self.space()
            self.value(depth + 1)
            self.space()
            if self.ends(ord("}"), "after object key:value pair"):
                return

    def array(self, depth: int) -> None:
        self.space()
        if self.peek() == ord("]"):
            self.at += 1
            return
        while True:
            self.value(depth + 1)
            self.space()
            if self.ends(ord("]"), "after array element"):
                return

    def ends(self, sign: int, context: str) -> bool:
        """Whether this is the end, and not a comma before another element."""
        byte = self.peek()
        if byte not in (sign, ord(",")):
            self.refuse(context)
        self.at += 1
        self.space()
        return byte == sign

    def string(self) -> None:
        self.at += 1
        while (byte := self.peek()) != ord('"'):
            if byte < 0x20:
                self.refuse("in string literal")
            self.at += 1
            if byte == ord("\\"):
                self.escape()
        self.at += 1

    def escape(self) -> None:
        byte = self.peek()
        if byte not in b'bfnrt\\/"u':
            self.refuse("in string escape code")
        self.at += 1
        if byte == ord("u"):
            for _ in range(4):
                if self.peek() not in _HEX:
                    self.refuse("in \\u hexadecimal character escape")
                self.at += 1

    def number(self) -> None:
        if self.peek() == ord("-"):
            self.at += 1
            if self.peek() not in _DIGITS:
                self.refuse("in numeric literal")
        if self.peek() == ord("0"):
            self.at += 1
        else:
            self.digits()
        if self.follows(b"."):
            if self.peek() not in _DIGITS:
                self.refuse("after decimal point in numeric literal")
            self.digits()
        if self.follows(b"eE"):
            if self.peek() in b"+-":
                self.at += 1
            if self.peek() not in _DIGITS:
                self.refuse("in exponent of numeric literal")
            self.digits()

    def follows(self, signs: bytes) -> bool:
        """Step over one of these signs, if it is next."""
        found = self.at < len(self.text) and self.text[self.at] in signs
        self.at += found
        return found

    def digits(self) -> None:
        while self.at < len(self.text) and self.text[self.at] in _DIGITS:
            self.at += 1

    def literal(self, word: bytes) -> None:
        for sign in word:
            if self.peek() != sign:
                self.refuse(f"in literal {word.decode()} (expecting '{chr(sign)}')")
            self.at += 1


_NAMED = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v", 92: "\\\\"}


def _quoted(byte: int) -> str:
    """The byte as Go shows it: one character, as though the text were Latin-1."""
    if byte == ord("'"):
        return r"'\''"
    if byte in _NAMED:
        return f"'{_NAMED[byte]}'"
    sign = chr(byte)
    if sign.isprintable():
        return f"'{sign}'"
    return f"'\\x{byte:02x}'" if byte < 0x80 else f"'\\u{byte:04x}'"

"""Stripe's errors, in Stripe's format."""

from __future__ import annotations

from typing import NoReturn

from refute.real.provider import Json


class StripeFault(Exception):
    """An answer that is an error: its HTTP status, and the object below ``error``."""

    def __init__(self, status: int, error: Json) -> None:
        super().__init__(error["message"])
        self.status = status
        self.error = error


def invalid(message: str, *, param: str = "", code: str = "", status: int = 400) -> NoReturn:
    """A request that is wrong in itself."""
    error: Json = {"type": "invalid_request_error", "message": message}
    if param:
        error["param"] = param
    if code:
        error["code"] = code
        error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    raise StripeFault(status, error)


def missing(param: str) -> NoReturn:
    """A parameter that has to be there, and is not."""
    invalid(f"Missing required param: {param}.", param=param, code="parameter_missing")


def no_such(kind: str, id: str, param: str = "id") -> NoReturn:
    """An id that nothing has; 404 where it is in the path, 400 where it is a parameter."""
    invalid(
        f"No such {kind.replace('payment_method', 'PaymentMethod')}: '{id}'",
        param=param,
        code="resource_missing",
        status=404 if param == "id" else 400,
    )


def declined(code: str, decline_code: str, message: str, **more: object) -> NoReturn:
    """A card that was refused."""
    error: Json = {"type": "card_error", "code": code, "message": message, **more}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if decline_code:
        error["decline_code"] = decline_code
    raise StripeFault(402, error)

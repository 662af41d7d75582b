"""Pages for everybody: what is sold, signing up, in and out."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from provisioner.api.parts import Parts, WithParts, limited
from provisioner.api.routes import accounts
from provisioner.api.shapes import Credentials
from provisioner.domain.problems import Problem
from provisioner.portal import visitors
from provisioner.portal.pages import page
from provisioner.portal.visitors import AnyVisitor, Form

router = APIRouter()


@router.get("/")
def front(request: Request, visitor: AnyVisitor) -> Response:
    """What is sold; customers are led to what they have."""
    if visitor.account is not None:
        return RedirectResponse("/home", 303)
    return page(request, "front.html")


@router.get("/sign-up")
def sign_up_page(request: Request, visitor: AnyVisitor) -> Response:
    """A form for a new account."""
    return page(request, "sign_up.html", email="", error="")


@router.post("/sign-up", dependencies=[Depends(limited)])
def sign_up(request: Request, parts: WithParts, visitor: AnyVisitor, form: Form) -> Response:
    """Make an account, and sign in."""
    try:
        given = _credentials(form)
        accounts.register(parts, given)
        return _enter(parts, given, "/home")
    except Problem as problem:
        return _again(request, "sign_up.html", form, problem)


@router.get("/sign-in")
def sign_in_page(request: Request, visitor: AnyVisitor, then: str = "/home") -> Response:
    """A form to sign in, which leads on to where somebody wanted to go."""
    return page(request, "sign_in.html", email="", error="", then=_ours(then))


@router.post("/sign-in", dependencies=[Depends(limited)])
def sign_in(request: Request, parts: WithParts, visitor: AnyVisitor, form: Form) -> Response:
    """Sign in."""
    then = _ours(form.get("then", ""))
    try:
        return _enter(parts, _credentials(form), then)
    except Problem as problem:
        return _again(request, "sign_in.html", form, problem, then=then)


@router.post("/sign-out")
def sign_out(parts: WithParts, visitor: AnyVisitor, form: Form) -> Response:
    """Sign out: of this browser, or with ``everywhere`` of all."""
    if visitor.account is not None and form.get("everywhere"):
        accounts.sign_out(parts, visitor.account)
    answer = RedirectResponse("/", 303)
    visitors.forget(answer, parts.settings)
    return answer


def _credentials(form: dict[str, str]) -> Credentials:
    """Raises Problem ``bad-address`` or ``weak-password``."""
    try:
        return Credentials(email=form.get("email", ""), password=form.get("password", ""))
    except ValidationError as error:
        if error.errors()[0]["loc"] == ("password",):
            raise Problem("weak-password", 422, "A password has 200 characters at most.") from error
        raise Problem("bad-address", 422, "This is not an address for mail.") from error


def _enter(parts: Parts, given: Credentials, then: str) -> Response:
    token = accounts.sign_in(parts, given)
    answer = RedirectResponse(then, 303)
    visitors.remember(answer, parts.settings, token.token, token.expires_at)
    return answer


def _again(
    request: Request, template: str, form: dict[str, str], problem: Problem, **given: str
) -> Response:
    email = form.get("email", "")
    return page(request, template, problem.status, email=email, error=problem.detail, **given)


def _ours(then: str) -> str:
    """A path of ours, whatever somebody has put into a link to us."""
    ours = then.startswith("/") and not then.startswith("//") and "\\" not in then
    return then if ours and then.isprintable() else "/home"

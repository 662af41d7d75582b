"""A browser without JavaScript: it follows links and sends forms as they stand on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2


@dataclass(slots=True)
class FormOnPage:
    """A form: where it is sent, and what it carries without anybody writing in it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[FormOnPage] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.forms.append(FormOnPage(given.get("action", ""), given.get("method", "get")))
        elif tag == "input" and self.forms:
            self.forms[-1].fields[given.get("name", "")] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.text.append(" ".join(data.split()))


@dataclass(slots=True)
class Browser:
    """What somebody sees, and does."""

    http: httpx2.Client
    page: httpx2.Response = field(default_factory=lambda: httpx2.Response(204))

    def go(self, path: str) -> Browser:
        """Open an address."""
        self.page = self.http.get(path, headers={"Accept": "text/html"}, follow_redirects=True)
        return self

    def send(self, action: str, **fields: str) -> Browser:
        """Fill in the form of this page that leads there, and send it. Raises StopIteration."""
        form = next(one for one in self.forms if one.action == action)
        assert form.method == "post"
        self.page = self.http.post(
            action,
            data={**form.fields, **fields},
            headers={"Accept": "text/html"},
            follow_redirects=True,
        )
        return self

    @property
    def forms(self) -> list[FormOnPage]:
        """The forms of the page."""
        return self._read().forms

    @property
    def text(self) -> str:
        """What is to be read on the page."""
        return "\n".join(self._read().text)

    @property
    def path(self) -> str:
        """Where it is."""
        return self.page.url.path

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.page.text)
        return reader

    def join(self, email: str, password: str = "correct horse battery") -> Browser:
        """Sign up."""
        return self.go("/sign-up").send("/sign-up", email=email, password=password)

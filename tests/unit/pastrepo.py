"""A small project with a history, made by real git: one commit for each kind of past bug."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_SYSTEM": "/dev/null",
}


def git(folder: Path, *words: str) -> str:
    """Run git in a folder; returns what it prints."""
    done = subprocess.run(
        ["git", *words], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return done.stdout


@dataclass(slots=True)
class Repo:
    """A repository that grows by commits."""

    folder: Path

    @classmethod
    def begin(cls, folder: Path) -> Repo:
        folder.mkdir(parents=True, exist_ok=True)
        git(folder, "init", "-q", "-b", "main")
        return cls(folder)

    def write(self, **files: str | None) -> None:
        """Write files, or remove those that are None; in their names ``__`` is a slash."""
        for name, text in files.items():
            path = self.folder / (name.replace("__", "/") + ("" if "." in name else ".py"))
            if text is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(dedent(text).lstrip("\n"))

    def commit(self, message: str, **files: str | None) -> str:
        """Write these files and commit all; returns the hash."""
        self.write(**files)
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", message)
        return git(self.folder, "rev-parse", "HEAD").strip()

    def replace(self, message: str, name: str, old: str, new: str) -> str:
        """Replace a piece of one file and commit."""
        path = self.folder / name
        text = path.read_text()
        assert text.count(old) == 1, (name, old, text)
        path.write_text(text.replace(old, new))
        return self.commit(message)


FILLER = "".join(f"\n\ndef filler_{n}(x):\n    return x + {n}\n" for n in range(30))
"""So much other code that git does not take a file for a renamed one."""


FOLD = """
    def fold(text):
        return text.casefold()


    def same(one, other):
        return fold(one) == fold(other)
    """


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the shop: a piece of a file replaced, or files written; the ``kind`` of past
    bug that it fixes, if it fixes one.
    """

    message: str
    kind: str = ""
    file: str = ""
    old: str = ""
    new: str = ""
    files: dict[str, str | None] = field(default_factory=dict)

    def take(self, repo: Repo) -> str:
        """Commit it; returns the hash."""
        if self.file:
            return repo.replace(self.message, self.file, self.old, self.new)
        return repo.commit(self.message, **self.files)


def shop(folder: Path) -> tuple[Repo, dict[str, str]]:
    """A project whose history has each kind of past bug; the fixing commits by kind."""
    repo = Repo.begin(folder)
    (folder / "pyproject.toml").write_text(
        '[project]\nname = "shop"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["."]\n'
    )
    (folder / "README.md").write_text("A shop.\n")
    repo.commit("First version", **START)
    fixes = {step.kind: step.take(repo) for step in BEFORE_REVERT}
    git(folder, "revert", "--no-edit", "HEAD")
    fixes["revert"] = git(folder, "rev-parse", "HEAD").strip()
    fixes |= {step.kind: step.take(repo) for step in AFTER_REVERT}
    del fixes[""]
    return repo, fixes


BEFORE_REVERT = (
    Step("Fix the total", "told", "shop/cart.py", "+ discount", "- discount"),
    Step(
        "Do not die of carts without a name (closes #3)",
        "crashed",
        "shop/cart.py",
        "return cart.name.title()",
        'return (cart.name or "none").title()',
    ),
    Step(
        "Labels have no blanks around them\n\nResolves: #7",
        "missed",
        "shop/cart.py",
        "return text",
        "return text.strip()",
    ),
    Step("Sell at half the price", "", "shop/cart.py", "return amount", "return amount // 2"),
)

AFTER_REVERT = (
    Step("Fix the opening hours", "docs", "README.md", "shop", "good shop"),
    Step(
        "Fix a false promise",
        "docstring",
        "shop/cart.py",
        '"""What it costs."""',
        '"""What it costs now."""',
    ),
    Step("Fix an assertion that was too weak", "tests", "tests/test_cart.py", "> 1", "> 2"),
    Step("Fix empty shelves", "merge", "shop/stock.py", "count > 1", "count > 0"),
    Step("Count boxes", "", "shop/stock.py", "    count = len(box)", "    count = len(list(box))"),
    Step("Fix the tax", "function", "shop/tax.py", "// 100", "// 10"),
    Step(
        "Money has a module of its own",
        files={
            "shop__tax": None,
            "shop__money": FILLER + "\n\ndef tax(amount: int) -> int:\n    # ten percent\n"
            "    parts = amount // 10\n    return parts\n",
            "tests__test_tax": "from shop.money import tax\n\n\n"
            "def test_tax():\n    assert tax(100) == 10\n",
        },
    ),
    Step("Fix the greeting", "gone", "shop/hello.py", '"Hi"', '"Hello"'),
    Step("Be brief", "", "shop/hello.py", '"Hello"', '"Hi"'),
    Step("Fix a wrong sum", "changed", "shop/sums.py", "a - b", "a + b"),
    Step("Sums of many", files={"shop__sums": "def add(*all):\n    return sum(all)\n"}),
    Step("Fix names with accents", "import", files={"shop__names": FOLD}),
    Step(
        "A list",
        files={"shop__listing": "from shop.names import fold\n\nEMPTY = fold('')\n"},
    ),
    Step(
        "Test the list",
        files={
            "tests__test_list": "import shop.listing\n\n\ndef test_list():\n"
            "    assert shop.listing.EMPTY == ''\n"
        },
    ),
    Step(
        "Fix the price abroad",
        "newer",
        "shop/abroad.py",
        "def price(amount):\n    return amount",
        "def price(amount, rate=1):\n    return amount * rate",
    ),
    Step(
        "Sell in Sweden",
        files={
            "shop__sweden": "from shop.abroad import price\n\n\ndef kronor(n):\n"
            "    return price(n, rate=11)\n",
            "tests__test_sweden": "from shop.sweden import kronor\n\n\ndef test_kronor():\n"
            "    assert kronor(2) == 22\n",
        },
    ),
    Step(
        "Fix codes that begin with a zero",
        "tests need",
        files={
            "shop__codes": "def pad(code):\n    return code.zfill(4)\n\n\n"
            "def whole(code):\n    return pad(code)\n",
            "tests__test_codes": "from shop.codes import pad\n\n\ndef test_pad():\n"
            "    assert pad('7') == '0007'\n",
        },
    ),
)

START: dict[str, str | None] = {
    "shop____init__": "",
    "shop__cart": '''
        def total(prices, discount=0):
            """What it costs."""
            return sum(prices) + discount


        def owner(cart):
            return cart.name.title()


        def label(text):
            return text


        def net(amount):
            return amount
        ''',
    "shop__stock": """
        def in_stock(box):
            count = len(box)
            if box is None:
                return False
            return count > 1
        """,
    "shop__tax": "def tax(amount):\n    parts = amount // 100\n    return parts\n",
    "shop__hello": 'def greeting():\n    return "Hi"\n',
    "shop__sums": "def add(a, b):\n    return a - b\n",
    "shop__names": "def same(one, other):\n    return one == other\n",
    "shop__abroad": "def price(amount):\n    return amount\n",
    "shop__codes": "def whole(code):\n    return code\n",
    "tests__test_cart": """
        from types import SimpleNamespace

        from shop.cart import label, net, owner, total


        def test_total():
            assert total([3, 4], 2) == 5


        def test_owner():
            assert owner(SimpleNamespace(name=None)) == "None"


        def test_label():
            assert label("a")


        def test_net():
            assert net(10) > 1
            assert net(10) == 10
        """,
    "tests__test_stock": """
        from shop.stock import in_stock


        def test_one_is_enough():
            assert in_stock(["a"])
        """,
    "tests__test_red": "def test_red():\n    assert False\n",
}

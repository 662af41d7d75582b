"""A small project in many states, and random walks from one to the next: edits of functions,
constants, tests, fixtures and data, and branch switches back to where it was before.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

State = dict[str, int]
"""Which variant of each spot the project is in."""

SPOTS: dict[str, tuple[str, ...]] = {
    "RATE": ("2", "3"),
    "LOW": ("x + 1", "x + 2", "abs(x) + 1"),
    # Only a fault makes `pick` take the other branch: what stands there matters all the same.
    "HIGH": ("x * 2", "x * 3", "low(x)", "low(x) if x else 9"),
    "SPARE": ("x", "x - 1", "low(x)"),
    "LIMIT": ("10", "12"),
    "SIZE": ("len(self.items)", "sum(1 for _ in self.items)"),
    "EXTRA": ("", "\n\n    def __len__(self):\n        return 7"),
    "COMMENT": ("", "# a word on what follows\n\n\n"),
    "NEAR": ("a == b", "abs(a - b) <= 1"),
    "FILLED": ("cart.add(3)", "cart.add(3)\n    cart.add(9)"),
    "LOW_TEST": ("low(1) > 1", "low(1) == 2", "low(1)"),
    "PICK_TEST": ("pick(2) > 0", "pick(2) == low(2)", "near(pick(2), 3)"),
    "MORE_TESTS": (
        "",
        "\n\ndef test_high():\n    assert pick(7) > 7\n",
        "\n\ndef test_total():\n    assert total([1, 2]) == 10\n",
    ),
    "CART_TEST": ("cart.size() >= 1", "cart.size() == 1", "bool(cart)"),
    "OTHER_FILE": (
        "",
        "from shop.prices import low\n\n\ndef test_more():\n    assert low(4) == 5\n",
    ),
    "WORD": ("hello", "moin"),
}

FILES = {
    "pyproject.toml": '[tool.pytest.ini_options]\npythonpath = ["."]\n',
    "shop/__init__.py": "",
    "shop/prices.py": """\
RATE = @RATE@


@COMMENT@def low(x):
    return @LOW@


def high(x):
    return @HIGH@


def spare(x):
    return @SPARE@


def pick(x):
    if x > 5:
        return high(x)
    if x < 0:
        return spare(x)
    return low(x)


def total(xs):
    return sum(pick(x) for x in xs) * RATE
""",
    "shop/cart.py": """\
from shop.prices import pick

LIMIT = @LIMIT@


class Cart:
    def __init__(self):
        self.items = []

    def add(self, x):
        if x < LIMIT:
            self.items.append(pick(x))

    def size(self):
        return @SIZE@@EXTRA@


def report(cart, path):
    with open(path) as file:
        word = file.read().strip()
    return word if cart.size() else ""
""",
    "tests/helper.py": "def near(a, b):\n    return @NEAR@\n",
    "tests/conftest.py": """\
import pytest

from shop.cart import Cart


@pytest.fixture
def cart():
    cart = Cart()
    @FILLED@
    return cart
""",
    "tests/test_prices.py": """\
from helper import near
from shop.prices import low, pick, total


def test_low():
    assert @LOW_TEST@


def test_pick():
    assert @PICK_TEST@
@MORE_TESTS@""",
    "tests/test_cart.py": """\
from pathlib import Path

from shop.cart import report


def test_size(cart):
    assert @CART_TEST@


def test_report(cart):
    assert report(cart, Path(__file__).parent / "word.txt") == "hello"
""",
    "tests/test_other.py": "@OTHER_FILE@",
    "tests/word.txt": "@WORD@\n",
}


def write(root: Path, state: State) -> None:
    """Bring the project into a state. Files that don't differ are left alone."""
    for name, text in FILES.items():
        for spot, variants in SPOTS.items():
            text = text.replace(f"@{spot}@", variants[state[spot]])
        path = root / name
        if name == "tests/test_other.py" and not text:
            path.unlink(missing_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


def walk(seed: int, steps: int) -> Iterator[tuple[str, State]]:
    """States one after the other, each with what was done to get there."""
    dice = random.Random(seed)
    state: State = dict.fromkeys(SPOTS, 0)
    before = [state]
    yield "begin", state
    for _ in range(steps):
        if len(before) > 2 and dice.random() < 0.25:
            state = dice.choice(before[:-1])
            what = "switch back"
        else:
            spots = dice.sample(sorted(SPOTS), dice.choice((1, 1, 1, 2)))
            state = state | {spot: dice.randrange(len(SPOTS[spot])) for spot in spots}
            what = f"edit {', '.join(spots)}"
        before.append(state)
        yield what, state

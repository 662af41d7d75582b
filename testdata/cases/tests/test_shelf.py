import json
from pathlib import Path

from shelf import is_full

CASES = Path(__file__).with_name("cases.json")


def test_is_full():
    for books, full in json.loads(CASES.read_text()):
        found = is_full(books)
        assert full is None or found is full

from pathlib import Path

import part

DATA = Path(__file__).parents[1] / "data"


def test_part():
    assert part.part() == 1


def test_linked():
    (DATA / "one.txt").write_text("first\n" * part.part())
    with (DATA / "one.txt").open("a") as file:
        file.write("second\n")
    assert (DATA / "two.txt").read_text() == "first\nsecond\n"


def test_red():
    assert part.part() == 2

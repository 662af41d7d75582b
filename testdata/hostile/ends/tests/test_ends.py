import ends
import pytest


@pytest.mark.parametrize(
    "name",
    [
        "loop_in_c",
        "sleeps",
        "leaves_as_if_all_were_well",
        "exits",
        "aborts",
        "reads_nowhere",
        "kills_itself",
        "kills_its_group",
        "kills_everybody",
        "stops_itself",
        "closes_everything",
        "interrupts",
        "child_never_ends",
    ],
)
def test_harmless(name):
    assert getattr(ends, name)() == 0


def test_loop_in_python():
    assert ends.loop_in_python(3) == 0


def test_recurses():
    assert ends.recurses(3) == 3


def test_recurses_without_a_limit():
    assert ends.recurses_without_a_limit(3) == 3

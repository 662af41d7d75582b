import part
import pytest

IDS = {
    "a b": part.space,
    "[a]][": part.brackets,
    "snow \u2603 \u00fcn\u00ef": part.unicode,
    "a/b::c\\d": part.slashes,
    "new\nline\ttab": part.breaks,
    "--exitfirst -k 'x'": part.option,
    "": part.empty,
}


@pytest.mark.parametrize("function", IDS.values(), ids=IDS)
def test_one(function):
    assert function() == 1


@pytest.mark.parametrize("function", [part.nothing], ids=["red [a b] \u2603 x/y::z"])
def test_red(function):
    assert function() == 3

"""What a double was handed, laid out flat."""

from __future__ import annotations

import os

from refute_child.observe.arguments import Flattening
from refute_child.observe.reals import dotted
from refute_child.observe.shown import Secrets


def paths(value: dict[str, str]) -> list[str]:
    leaves = Flattening(Secrets(), lambda _: None).call((), {"env": value})
    return [leaf[1] for leaf in leaves]


def test_an_environment_handed_on_is_told_by_what_was_added() -> None:
    assert len(os.environ) >= 8
    found = paths({**os.environ, "KUBECONFIG_OF_THE_TEST": "/tmp/config"})
    assert found == ["env", 'env["KUBECONFIG_OF_THE_TEST"]']


def test_what_is_handed_on_of_the_environment_is_no_argument_in_a_small_dictionary_either() -> None:
    name, text = next(iter(os.environ.items()))
    assert paths({name: text, "MORE": "1"}) == ["env", 'env["MORE"]']


def test_modules_go_by_the_names_that_people_use() -> None:
    assert dotted(os.path) == "os.path"
    assert dotted(os.path.exists) == "os.path.exists"

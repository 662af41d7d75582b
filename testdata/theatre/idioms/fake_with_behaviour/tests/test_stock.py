from unittest.mock import MagicMock

import pytest
from fakes import MemoryRepository

import stock


# verdict: witness: a fake with behaviour, asked for its state afterwards: not to be blamed
def test_reserve_moves_pieces():
    repository = MemoryRepository(pen=10)
    assert stock.reserve(repository, "pen", 4, "ada") == 6
    assert stock.reserve(repository, "pen", 1, "ada") == 5
    assert repository.free("pen") == 5
    assert repository.held("ada") == {"pen": 5}


# verdict: witness: the last piece can be had, and not one more
def test_reserve_to_the_last():
    repository = MemoryRepository(pen=2)
    assert stock.reserve(repository, "pen", 2, "ada") == 0
    with pytest.raises(stock.OutOfStock, match="pen: 0 of 1"):
        stock.reserve(repository, "pen", 1, "eve")


# verdict: witness: what was held is free again, for this customer alone
def test_release_gives_back():
    repository = MemoryRepository(pen=5, ink=5)
    stock.reserve(repository, "pen", 2, "ada")
    stock.reserve(repository, "ink", 1, "ada")
    stock.reserve(repository, "ink", 3, "eve")
    assert stock.release(repository, "ada") == 3
    assert repository.stock == {"pen": 5, "ink": 2}
    assert repository.held("eve") == {"ink": 3}
    assert repository.held("ada") == {}


# verdict: witness: amounts by value, the limit included
def test_reorder():
    repository = MemoryRepository(pen=5, ink=4)
    assert stock.reorder(repository, ["pen", "ink", "cap"]) == {"ink": 1, "cap": 5}


# verdict: smoke: the fake is full of behaviour, and nobody asks it anything afterwards
def test_release_runs_on_fake():
    repository = MemoryRepository(pen=5)
    stock.reserve(repository, "pen", 2, "ada")
    stock.release(repository, "ada")


# verdict: smoke: a mock in place of the fake: it takes whatever it is given
# finding: blind-place: what free, take, held and hold of the repository receive
# finding: deaf-test: seven argument places, none looked at
def test_reserve_on_mock():
    repository = MagicMock()
    repository.free.return_value = 10
    repository.held.return_value = {}
    stock.reserve(repository, "pen", 4, "ada")


# verdict: prayer: the fake is read back as it was made, after a call that may fail
def test_reorder_in_vain():
    repository = MemoryRepository(pen=5)
    try:
        stock.reorder(repository, ["pen", "ink"])
    except Exception:
        repository = MemoryRepository(pen=5)
    assert repository.free("pen") == 5

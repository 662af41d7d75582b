import sys

import pytest

import cluster
from cluster import ClusterError


@pytest.fixture
def python_for_kubectl(monkeypatch):
    monkeypatch.setattr(cluster, "PROGRAM", sys.executable)


# verdict: witness: a real program is run, and its output read
def test_output_of_the_program_is_returned(python_for_kubectl):
    assert cluster.run(["-c", "print('a', 'b')"]) == "a b\n"


# verdict: witness: a real failure, with its exact message
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("import sys; print(' no such pod ', file=sys.stderr); sys.exit(1)", "^no such pod$"),
        ("raise SystemExit(3)", "^kubectl exited with 3$"),
    ],
)
def test_failure_of_the_program(python_for_kubectl, script, message):
    with pytest.raises(ClusterError, match=message):
        cluster.run(["-c", script])


# verdict: witness: the real error of a program that is not there
def test_program_that_is_not_there(monkeypatch):
    monkeypatch.setattr(cluster, "PROGRAM", "/nowhere/kubectl")
    with pytest.raises(ClusterError, match="^kubectl did not run: .*'/nowhere/kubectl'$") as caught:
        cluster.run(["version"])
    assert isinstance(caught.value.__cause__, FileNotFoundError)

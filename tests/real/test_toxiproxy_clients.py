"""Clients that others wrote for Toxiproxy, against Toxiproxy and against our proxy."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from functools import cache as once
from pathlib import Path

import pytest
from tests.real.toxiproxies import Api, connect, echo, ports_apart, real, server, upstream

from refute.real.places import cache
from refute.real.toxiproxy import install

OF_A_RELEASE = {"TestVersionEndpointReturnsVersion"}
"""It wants the version of the very program that it was compiled into."""
GO_PORT = 8475
"""Written into Toxiproxy's tests."""


@once
def go_suite() -> Path:
    """Toxiproxy's own tests of its API through its Go client, made to speak to a server that
    runs already; compiled.
    """
    if shutil.which("go") is None:
        pytest.skip("no Go to compile Toxiproxy's tests")
    module = f"{install.MODULE}@v{install.VERSION}"
    found = subprocess.run(["go", "mod", "download", "-json", module], capture_output=True)
    if found.returncode:
        pytest.skip("the module of Toxiproxy can't be had")
    folder = cache() / "toxiproxy" / "suite"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(
        json.loads(found.stdout)["Dir"],
        folder,
        copy_function=shutil.copyfile,
        ignore=shutil.ignore_patterns(".*"),
    )
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    test = folder / "api_test.go"
    test.write_text(_outside(test.read_text()))
    done = subprocess.run(
        ["go", "test", "-c", "-o", "suite.test", "."], cwd=folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return folder


_WITH_SERVER = """
func WithServer(t *testing.T, f func(string)) {
	clear := func() {
		proxies, err := client.Proxies()
		if err != nil {
			t.Fatal("Failed to list proxies", err)
		}
		for _, proxy := range proxies {
			if err := proxy.Delete(); err != nil {
				t.Error("Failed to clear collection", err)
			}
		}
	}
	clear()
	defer clear()
	f("http://localhost:8475")
}
"""


def _outside(text: str) -> str:
    """The tests with a ``WithServer`` that starts none, and without what that used."""
    text = re.sub(r"\nfunc WithServer\(.*?\n}\n", lambda _: _WITH_SERVER, text, flags=re.DOTALL)
    text = text.replace("var testServer *toxiproxy.ApiServer\n", "")
    unused = r'\t"(flag|os|time|[\w./]*/(prometheus|zerolog)|github.com/Shopify/toxiproxy/v2)"\n'
    return re.sub(unused, "", text)


def verdicts(kind: str) -> dict[str, str]:
    """How each of Toxiproxy's own tests of the API ends against a server of this kind."""
    folder = go_suite()
    names = re.findall(r"^func (Test\w+)", (folder / "api_test.go").read_text(), re.MULTILINE)
    with server(kind, GO_PORT):
        done = subprocess.run(
            ["./suite.test", "-test.v", "-test.run", f"^({'|'.join(names)})$"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
    found = re.findall(r"^\s*--- (\w+): (\S+)", done.stdout, re.MULTILINE)
    return {name: verdict for verdict, name in found}


def test_toxiproxys_own_tests_of_the_api_end_alike() -> None:
    theirs, ours = verdicts("real"), verdicts("ours")
    assert len(theirs) > 25
    assert set(theirs.values()) == {"PASS"}
    for name in OF_A_RELEASE:
        del theirs[name], ours[name]
    assert ours == theirs


def test_the_command_line_tool_prints_the_same() -> None:
    cli = real().parent / install.CLI
    if not cli.exists():
        pytest.skip("no toxiproxy-cli")

    def printed(api: Api, *words: str) -> tuple[int, str]:
        command = [str(cli), "--host", f"http://127.0.0.1:{api.port}", *words]
        done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, ports_apart(done.stdout + done.stderr)

    script = (
        ("create", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1:1", "redis"),
        ("create", "--listen", "127.0.0.1:0", "--upstream", "127.0.0.1:1", "redis"),
        ("toxic", "add", "-t", "latency", "-a", "latency=100", "-a", "jitter=5", "redis"),
        ("toxic", "add", "-t", "limit_data", "-u", "-a", "bytes=9", "-tox", "0.5", "redis"),
        ("toxic", "add", "-t", "nonsense", "redis"),
        ("inspect", "redis"),
        ("toxic", "update", "-n", "latency_downstream", "-a", "latency=7", "redis"),
        ("toxic", "remove", "-n", "limit_data_upstream", "redis"),
        ("inspect", "redis"),
        ("toggle", "redis"),
        ("list",),
        ("toggle", "redis"),
        ("delete", "redis"),
        ("delete", "redis"),
        ("list",),
    )
    with server("real") as theirs, server("ours") as ours:
        for words in script:
            assert printed(ours, *words) == printed(theirs, *words), words


_PYTHON = """
import sys
from toxiproxy import Toxiproxy
from toxiproxy.exceptions import InvalidToxic, NotFound, ProxyExists

server = Toxiproxy()
server.update_api_consumer("127.0.0.1", int(sys.argv[1]))
upstream = "127.0.0.1:" + sys.argv[2]


def tried(call):
    try:
        return call()
    except (InvalidToxic, NotFound, ProxyExists) as error:
        return type(error).__name__, error.args


print(server.running(), server.proxies())
made = server.create(name="one", upstream=upstream)
print(made.name, made.enabled, tried(lambda: server.create(name="one", upstream=upstream)))
made.add_toxic(type="latency", attributes={"latency": 10, "jitter": 2})
made.add_toxic(type="limit_data", name="cut", stream="upstream", toxicity=0.5)
print(tried(lambda: made.add_toxic(type="nonsense")))
print(tried(lambda: made.add_toxic(type="latency")))
for name, toxic in sorted(made.toxics().items()):
    print(name, sorted(vars(toxic).items()))
print(made.destroy_toxic("cut"), tried(lambda: made.destroy_toxic("cut")))
with made.down():
    print(server.get_proxy("one").enabled)
print(server.get_proxy("one").enabled)
print([each.name for each in server.populate([{"name": "two", "upstream": upstream}])])
print(server.reset(), sorted(server.proxies()), made.toxics())
server.destroy_all()
print(server.proxies(), tried(made.destroy))
"""


@pytest.mark.network
def test_the_python_client_prints_the_same(tmp_path: Path) -> None:
    packages = ("toxiproxy-python", "requests", "future")
    command = [sys.executable, "-m", "pip", "install", "-q", "--target", str(tmp_path), *packages]
    if subprocess.run(command, capture_output=True).returncode:
        pytest.skip("the package index can't be reached")
    said = {}
    with upstream(echo) as port:
        for kind in ("real", "ours"):
            with server(kind) as api:
                done = subprocess.run(
                    [sys.executable, "-c", _PYTHON, str(api.port), str(port)],
                    cwd=tmp_path,
                    capture_output=True,
                    text=True,
                )
                assert done.returncode == 0, done.stderr
                said[kind] = ports_apart(done.stdout)
    assert said["ours"] == said["real"]
    assert len(said["ours"].splitlines()) == 12


def test_a_server_started_by_its_path_takes_proxies_from_a_file(tmp_path: Path) -> None:
    config = tmp_path / "proxies.json"
    path = Path(install.__file__).with_name("server.py")
    with upstream(echo) as port:
        config.write_text(json.dumps([{"name": "p", "upstream": f"127.0.0.1:{port}"}]))
        process = subprocess.Popen(
            [sys.executable, str(path), "-port", "0", "-config", str(config)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stdout is not None
            where = process.stdout.readline().split()[1]
            api = Api(int(where.rpartition(":")[2]))
            listen = api.ask("GET", "/proxies/p")["listen"]
            with connect(int(listen.rpartition(":")[2])) as one:
                one.sendall(b"hello")
                assert one.recv(5) == b"hello"
        finally:
            process.terminate()
            with process:
                assert process.wait() == 0

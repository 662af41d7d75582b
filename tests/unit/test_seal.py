"""The seal against real programs: what they do stays inside, as root and as anybody."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.worlds import World, world

from refute.trials.seal import Seal, SealError, SealKind, explain, plan, probe

SEAL = probe(Path("/tmp"))

pytestmark = pytest.mark.skipif(SEAL.kind is SealKind.NONE, reason=f"no seal: {SEAL.reason}")


@pytest.fixture(params=["self", "ordinary"])
def place(request: pytest.FixtureRequest) -> Iterator[World]:
    with world(request.param) as made:
        if made is None:
            pytest.skip("only root can become another user, and needs a Python for that one")
        yield made


@pytest.fixture
def own() -> Iterator[World]:
    with world("self") as made:
        assert made is not None
        yield made


def test_whatever_is_deleted_or_written_the_world_stays_as_it_was(place: World) -> None:
    before = place.content()
    result = place.run(
        """
import os, shutil
from pathlib import Path
world = Path(os.environ["WORLD"])
for path in world.iterdir():
    path.unlink() if path.is_file() else shutil.rmtree(path)
assert not list(world.iterdir())
for name in ("home", "project"):
    (world / name).mkdir()
    (world / name / "new").write_text("written")
(world / "project/new").chmod(0o600)
Path("/var/tmp/refute-world").write_text("written")
Path("/dev/shm/refute-world").write_text("written")
print(sorted(p.name for p in world.rglob("*")))
"""
    )
    assert result.output == "['home', 'new', 'new', 'project']\n"
    assert (result.status, result.notes) == (0, [])
    assert place.content() == before
    assert not Path("/var/tmp/refute-world").exists()
    assert not Path("/dev/shm/refute-world").exists()


def test_all_other_folders_and_the_kernel_s_switches_are_read_only(place: World) -> None:
    result = place.run(
        """
import os
read_only = lambda path: bool(os.statvfs(path).f_flag & os.ST_RDONLY)
print([path for path in ("/", "/usr", "/sys", "/proc/sys") if not read_only(path)])
"""
    )
    assert result.output == "[]\n"


def test_the_network_is_the_slot_s_own(place: World) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        result = place.run(
            f"""
import socket
try:
    socket.create_connection(("127.0.0.1", {listener.getsockname()[1]}), 2)
except ConnectionRefusedError:
    print("refused")
with socket.create_server(("127.0.0.1", 0)) as own:
    socket.create_connection(own.getsockname()).close()
    print("own works")
"""
        )
    assert result.output == "refused\nown works\n"


def test_no_unix_socket_of_the_machine_answers(place: World) -> None:
    paths = [str(place.folder / "s"), f"\0{place.folder}"]
    hidden = Path(tempfile.mkdtemp(dir="/run")) if os.access("/run", os.W_OK) else None
    if hidden:
        hidden.chmod(0o755)
        paths.append(str(hidden / "s"))
    listeners = [socket.socket(socket.AF_UNIX) for _ in paths]
    try:
        for listener, path in zip(listeners, paths, strict=True):
            listener.bind(path)
            listener.listen()
            if not path.startswith("\0"):
                os.chmod(path, 0o777)
        result = place.run(
            f"""
import socket
for path in {paths!r}:
    with socket.socket(socket.AF_UNIX) as client:
        print(client.connect_ex(path) != 0)
"""
        )
    finally:
        for listener in listeners:
            listener.close()
        if hidden:
            shutil.rmtree(hidden)
    assert result.output == "True\n" * len(paths)


def test_only_the_slot_s_own_processes_can_be_seen_and_killed(place: World) -> None:
    result = place.run(
        """
import os, signal
print(len([name for name in os.listdir("/proc") if name.isdigit()]), os.getppid())
try:
    os.kill(-1, signal.SIGKILL)
except ProcessLookupError:
    print("nobody else")
"""
    )
    assert result.output == "2 1\nnobody else\n"


def test_no_right_to_mount_is_left_and_no_disk_is_in_dev(place: World) -> None:
    result = place.run(
        """
import os, pty, stat
from refute_child import linux
for attempt in (
    lambda: linux.detach(os.environ["WORLD"][:4]),
    lambda: linux.mount("none", "/", flags=linux.MS_REMOUNT | linux.MS_BIND),
    lambda: linux.mount("tmpfs", "/mnt", "tmpfs"),
):
    try:
        attempt()
    except OSError as error:
        print(error.errno)
print([n for n in os.listdir("/dev") if stat.S_ISBLK(os.stat(f"/dev/{n}").st_mode)])
open("/dev/null", "w").write("x")
print(all(os.openpty()))
"""
    )
    assert result.output == "1\n1\n1\n[]\nTrue\n"


@pytest.mark.parametrize("init", [True, False])
def test_the_exit_status_is_the_program_s(own: World, init: bool) -> None:
    assert own.run("sys.exit(5)", init=init).status == 5
    assert own.run("import ctypes; ctypes.string_at(0)", init=init).status == 128 + signal.SIGSEGV
    assert own.run("sys.exit(3)", seal="none").status == 3


def test_files_are_replaced_for_the_program_alone(place: World) -> None:
    code = place.project / "pkg/code.py"
    readable = "/etc/hostname" if Path("/etc/hostname").is_file() else "/etc/passwd"
    outside, before = Path(readable).read_bytes(), place.content()
    result = place.run(
        f"""
import os
print(open("pkg/code.py").read(), oct(os.stat("pkg/code.py").st_mode), open({readable!r}).read())
""",
        files={str(code): "mutated", readable: "elsewhere"},
    )
    assert result.output == "mutated 0o100640 elsewhere\n"
    assert (place.content(), Path(readable).read_bytes()) == (before, outside)


def test_a_symlinked_project_is_sealed_too(place: World) -> None:
    link = place.folder / "link"
    link.symlink_to(place.project)
    before = place.content()
    result = place.run(
        "import os\nos.unlink('pkg/code.py')\nprint(os.listdir('pkg'), os.getcwd())",
        project=str(link),
        cwd=str(link),
    )
    assert result.output == f"[] {place.project}\n"
    assert place.content() == before


NESTED = """
import os
from refute_child.layers import Layers
layers = Layers.from_environment()
layers.settle()
print(open("data/file").read(), open("pkg/code.py").read(), end="")
for _ in range(2):
    for path in ("written", "pkg/written", "../loose", "../home/written"):
        open(path, "w").write("x")
    os.unlink("pkg/code.py")
    print(layers.dirty(), end=" ")
    layers.refresh()
    print(layers.dirty(), os.path.exists("written"), open("pkg/code.py").read(), end="")
print(open("../loose").read(), end="")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount something to be nested")
@pytest.mark.parametrize("bulk", [0, 300 << 20])
def test_what_is_mounted_below_the_project_stays_visible(own: World, bulk: int) -> None:
    mounted = own.project / "data"
    mounted.mkdir()
    with own.project.joinpath("pkg/bulk").open("wb") as file:
        file.truncate(bulk)  # too big to be copied: then its folder gets an overlay
    before = own.content()
    shell = f'mount -t tmpfs none {mounted} && echo deep > {mounted}/file && exec "$@"'
    prefix = ("unshare", "--mount", "sh", "-c", shell, "sh")
    result = own.run(NESTED, prefix=prefix, keep_admin=True, init=False)
    assert result.output == (
        "deep\n this is project/pkg/code.py\n"
        + "True False False this is project/pkg/code.py\n" * 2
        + "this is loose\n"
    )
    assert result.notes == []
    assert own.content() == before


def test_a_seal_within_a_seal(place: World) -> None:
    inner = "import os; os.unlink('pkg/code.py'); print(os.listdir('pkg'), flush=True)"
    result = place.run(
        f"""
import os
from pathlib import Path
from refute.trials.seal import Seal, SealKind, spawn
program = spawn(
    [sys.executable, "-c", {inner!r}], env=dict(os.environ), cwd=Path.cwd(),
    project_root=Path.cwd(), seal=Seal(SealKind.FULL),
)
print(program.wait(), program.notes, os.listdir("pkg"))
"""
    )
    assert result.output == (
        "[]\n0 (\"/proc shows the machine's processes: Operation not permitted\",) ['code.py']\n"
    )


def processes_of(place: World) -> list[int]:
    """The living processes that have this world in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and f"WORLD={place.folder}".encode() in (
                entry.joinpath("environ").read_bytes()
            ):
                found.append(int(entry.name))
        except OSError:
            continue  # gone, or another user's
    return found


def gone(place: World) -> bool:
    """Waits for the last process of this world; False if there is one for ten seconds."""
    for _ in range(1000):
        if not processes_of(place):
            return True
        time.sleep(0.01)
    return False


DAEMON = """
import os, time
for _ in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            print("up", flush=True)
            time.sleep(60)
        os._exit(0)
"""


def test_daemons_end_with_the_program(place: World) -> None:
    assert place.run(DAEMON + "time.sleep(0.1)").status == 0
    assert gone(place)


def test_kill_9_of_the_controller_or_the_launcher_leaves_no_process(place: World) -> None:
    for victim in ("controller", "launcher"):
        argv = [place.python, "-c", DAEMON + "time.sleep(60)"]
        controller = place.start(place.command(argv))
        assert controller.stderr is not None
        launcher = int(controller.stderr.readline())
        assert len(processes_of(place)) >= 2
        os.kill(controller.pid if victim == "controller" else launcher, signal.SIGKILL)
        controller.communicate()
        assert gone(place)


def test_a_program_that_cannot_be_started_says_why(own: World) -> None:
    for seal in ("full", "none"):
        driver = own.start(own.command(["/no/such/program"], seal=seal))
        assert "execute /no/such/program: No such file" in driver.communicate()[0]
    driver = own.start(own.command(["/bin/true"], cwd="/no/such/folder"))
    assert "enter /no/such/folder: No such file" in driver.communicate()[0]


def test_files_without_a_seal_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="full seal"):
        plan(
            ["true"],
            env={},
            cwd=tmp_path,
            project_root=tmp_path,
            seal=Seal(SealKind.NONE),
            files={tmp_path / "a.py": b""},
        )


def test_a_refusal_is_explained_in_words() -> None:
    assert explain(SealError("cover /p", 28, "No space left")) == (
        "the kernel refused: cover /p: No space left"
    )


LAYERS = """
import os
from refute_child.layers import Layers
from refute_child.supervise import kill_rest
layers = Layers.from_environment()
print(layers.sealed, layers.dirty(), "REFUTE_LAYERS" in os.environ)
os.unlink("pkg/code.py")
open("settled", "w").write("s")
open("/run/settled", "w").write("s")
print(layers.dirty(), end=" ")
layers.settle()
print(layers.dirty(), sorted(os.listdir(".")), os.listdir("pkg"))
opened = open("settled")
for attempt in range(2):
    if os.fork() == 0:
        layers.drop_privileges()
        os.makedirs("a/b")
        os.chmod("a/b", 0)
        os.rename("settled", "a/moved")
        for path in ("/run/settled", "/dev/shm/x", os.environ["HOME"] + "/.config/keep.txt"):
            open(path, "a").write("trial")
        for number in os.listdir(f"/proc/{os.getppid()}/fd"):
            try:
                print(os.listdir(f"/proc/{os.getppid()}/fd/{number}/"), flush=True)
            except OSError:
                continue
        os._exit(0)
    os.wait()
    print(layers.dirty(), end=" ")
    layers.refresh()
    print(layers.dirty(), sorted(os.listdir(".")), os.getcwd() == layers.home)
print(opened.read(), open("/run/settled").read(), os.listdir("/dev/shm"))
print(open(os.environ["HOME"] + "/.config/keep.txt").read(), end="")
"""


def test_layers_are_settled_and_refreshed(place: World) -> None:
    before = place.content()
    result = place.run(LAYERS, keep_admin=True, init=False)
    settled = "['.git', 'pkg', 'settled']"
    assert result.output.splitlines() == [
        "True False False",
        f"True False {settled} []",
        f"True False {settled} True",
        f"True False {settled} True",
        "s s []",
        "this is home/.config/keep.txt",
    ]
    assert place.content() == before


def test_a_fork_s_layers_are_thrown_away_by_its_parent(place: World) -> None:
    code = """
import os
from refute_child.layers import Layers
layers = Layers.from_environment()
layers.settle()
for name in ("one", "two"):
    if os.fork() == 0:
        print(os.listdir("pkg"), end=" ")
        open(f"pkg/{name}", "w")
        layers.settle()
        open("pkg/trial", "w")
        layers.refresh()
        print(sorted(os.listdir("pkg")), layers.dirty(), flush=True)
        os._exit(0)
    os.wait()
    assert layers.dirty()
    layers.refresh()
print(os.listdir("pkg"), layers.dirty())
"""
    assert place.run(code, keep_admin=True, init=False).output.splitlines() == [
        "['code.py'] ['code.py', 'one'] False",
        "['code.py'] ['code.py', 'two'] False",
        "['code.py'] False",
    ]


def test_unsealed_layers_do_nothing(own: World) -> None:
    result = own.run(
        "from refute_child.layers import Layers\nlayers = Layers.from_environment()\n"
        "open('new', 'w')\nlayers.settle()\nlayers.refresh()\nlayers.drop_privileges()\n"
        "print(layers.sealed, layers.dirty())",
        seal="none",
    )
    assert result.output == "False False\n"
    assert (own.project / "new").exists()

"""Reaches for files. Each function is harmless until its condition is forced."""

import fcntl
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from contextlib import suppress
from pathlib import Path

from refused import refused

ROOT = Path(__file__).resolve().parent
GIT = ROOT / ".git"


def rewrites_the_git_index(now=False):
    if now:
        (GIT / "index").write_bytes(b"DIRC" + bytes(64))


def deletes_the_history(now=False):
    if now:
        shutil.rmtree(GIT)


def commits_everything(now=False):
    if now:
        words = ["git", "-c", "user.name=x", "-c", "user.email=x", "commit", "-qam", "gone"]
        subprocess.run(words, cwd=ROOT, check=False, capture_output=True)


def sets_git_hooks(now=False):
    if now:
        hook = GIT / "hooks" / "post-checkout"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nrm -rf ~\n")
        hook.chmod(0o755)


def writes_into_site_packages(now=False):
    if now:
        for name in ("purelib", "platlib", "stdlib"):
            with suppress(OSError):
                (Path(sysconfig.get_path(name)) / "refute_litter.pth").write_text("import os\n")


def breaks_pytest(now=False):
    if now:
        import _pytest.python as python

        with suppress(OSError):
            Path(python.__file__).write_text("broken(")


def overwrites_the_interpreter(now=False):
    if now:
        with suppress(OSError), open(os.path.realpath(sys.executable), "ab") as file:
            file.write(b"litter")


def writes_into_system_folders(now=False):
    if now:
        for folder in (
            "/",
            "/etc",
            "/usr",
            "/usr/local/bin",
            "/opt",
            "/root",
            "/var/lib",
            "/var/log",
        ):
            with suppress(OSError):
                Path(folder, "refute-litter.txt").write_text("litter")


def adds_a_user(now=False):
    if now:
        with suppress(OSError), open("/etc/passwd", "a") as file:
            file.write("litter::0:0::/:/bin/sh\n")


def removes_system_folders(now=False):
    if now:
        for folder in ("/opt", "/srv", "/var/lib", "/usr/local"):
            shutil.rmtree(folder, ignore_errors=True)


def writes_shared_memory(now=False):
    if now:
        with suppress(OSError):
            Path("/dev/shm/refute-litter.txt").write_text("litter")


def empties_temporary_folders(now=False):
    if now:
        for folder in (tempfile.gettempdir(), "/var/tmp"):
            for name in os.listdir(folder)[:20]:
                shutil.rmtree(Path(folder, name), ignore_errors=True)


def follows_a_link_out(now=False):
    if now:
        link = Path.home() / "link"
        link.symlink_to("/etc")
        with suppress(OSError):
            (link / "refute-litter.txt").write_text("litter")


def writes_through_a_hard_link(now=False):
    if now:
        with suppress(OSError):
            os.link(Path.home() / "precious.txt", ROOT / "linked.txt")
            (ROOT / "linked.txt").write_text("litter")


def moves_the_project_away(now=False):
    if now:
        with suppress(OSError):
            os.rename(ROOT, ROOT.with_name("elsewhere"))


def swaps_home_for_a_link(now=False):
    if now:
        with suppress(OSError):
            os.rename(Path.home(), Path.home().with_name("old"))
            Path.home().symlink_to("/etc")


def gives_files_away(now=False):
    if now:
        for path in (Path.home(), Path.home() / "precious.txt", ROOT / "files.py"):
            with suppress(OSError):
                os.chown(path, 12345, 12345)


def changes_times_and_attributes(now=False):
    if now:
        os.utime(Path.home() / "precious.txt", (0, 0))
        with suppress(OSError):
            os.setxattr(Path.home() / "precious.txt", "user.litter", b"x")


def digs_deep(now=False):
    if now:
        os.chdir(Path.home())
        for _ in range(300):
            os.mkdir("d" * 100)
            os.chdir("d" * 100)


def makes_what_is_hard_to_remove(now=False):
    if now:
        place = Path.home() / "hard"
        place.mkdir()
        (place / "inside").write_text("litter")
        os.mkfifo(place / "fifo")
        place.chmod(0)


def makes_a_device(now=False):
    if now:
        refused(os.mknod, Path.home() / "disk", 0o60666, os.makedev(254, 0))


def holds_a_lock(now=False):
    if now:
        file = open(Path.home() / "precious.txt", "r+")
        fcntl.flock(file, fcntl.LOCK_EX)
        if os.fork() == 0:
            os.setsid()
            os.execv("/bin/sleep", ["sleep", "86400"])


def grows_a_huge_file(now=False):
    if now:
        with suppress(OSError), open(Path.home() / "huge", "wb") as file:
            file.truncate(1 << 40)
            file.seek(1 << 39)
            file.write(b"x")

"""Each function is harmless until its condition is forced."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SLEEP = [sys.executable, "-c", "import time; time.sleep(86_400)"]
ROOT = Path(__file__).resolve().parent


def forks_and_both_go_on(now=False):
    if now:
        os.fork()


def forks_and_the_child_fails(now=False):
    child = 1
    if now:
        child = os.fork()
    return child > 0


def starts_a_child(now=False):
    if now:
        subprocess.Popen(SLEEP)


def starts_a_daemon(now=False):
    if now:
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.execv(SLEEP[0], SLEEP)
            os._exit(0)


def deletes_home(now=False):
    if now:
        shutil.rmtree(Path.home(), ignore_errors=True)


def deletes_the_project(now=False):
    if now:
        shutil.rmtree(ROOT.parent, ignore_errors=True)


def overwrites_itself(now=False):
    if now:
        Path(__file__).write_text("broken(")


def writes_everywhere(now=False):
    if now:
        for place in (ROOT, ROOT / "tests", Path.home(), Path("/var/tmp"), Path("/tmp")):
            (place / "refute-litter.txt").write_text("litter")


def changes_modes(now=False):
    if now:
        for place in (ROOT, Path.home()):
            place.chmod(0)


def links_home(now=False):
    if now:
        os.symlink("/", Path.home() / "root")


def prints(now=False):
    if now:
        text = "x" * 1023 + "\n"
        for _ in range(4096):
            sys.stdout.write(text)
            os.write(2, text.encode())

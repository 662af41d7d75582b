"""Reaches for the kernel, other processes, the network. Harmless until a condition is forced."""

import ctypes
import os
import resource
import signal
import socket
import sys
import termios
import threading
import time
from contextlib import suppress
from fcntl import ioctl
from multiprocessing import shared_memory
from pathlib import Path

from refused import Escaped, refused

LIBC = ctypes.CDLL(None, use_errno=True)
MS_REMOUNT, MS_BIND, MNT_DETACH = 32, 4096, 2
PTRACE_ATTACH, CAD_OFF = 16, 0
PARENT = os.getppid()


def call(name, *arguments):
    """A function of the C library; raises OSError as Python does."""
    if getattr(LIBC, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def sets_the_clock(now=False):
    if now:
        refused(time.clock_settime, time.CLOCK_REALTIME, time.time())


def renames_the_machine(now=False):
    if now:
        refused(socket.sethostname, socket.gethostname())


def turns_kernel_knobs(now=False):
    if now:
        refused(Path("/proc/sys/vm/drop_caches").write_text, "1")
        refused(Path("/proc/sys/kernel/threads-max").write_text, "1000000")


def asks_for_help_by_sysrq(now=False):
    if now:
        refused(Path("/proc/sysrq-trigger").write_text, "h")


def forbids_rebooting(now=False):
    if now:
        refused(call, "reboot", CAD_OFF)


def loads_a_module(now=False):
    if now:
        refused(call, "syscall", 175, b"\x7fELF", 4, b"")


def makes_root_writable(now=False):
    if now:
        refused(call, "mount", b"none", b"/", None, MS_REMOUNT | MS_BIND, None)


def takes_the_roof_off(now=False):
    if now:
        for place in (Path.home(), Path.cwd(), Path("/tmp")):
            refused(call, "umount2", str(place).encode(), MNT_DETACH)


def covers_home(now=False):
    if now:
        with suppress(OSError):
            call("mount", b"none", str(Path.home()).encode(), b"tmpfs", 0, None)


def makes_a_group_of_processes(now=False):
    if now:
        for folder in ("/sys/fs/cgroup", "/sys/fs/cgroup/cpu", "/sys/fs/cgroup/pids"):
            if os.path.isdir(folder):
                refused(os.mkdir, f"{folder}/refute-litter")


def attaches_to_the_first_process(now=False):
    if now:
        for pid in (1, PARENT):
            refused(call, "ptrace", PTRACE_ATTACH, pid, None, None)


def reads_the_memory_of_others(now=False):
    if now:
        for pid in (1, PARENT):
            refused(open, f"/proc/{pid}/mem", "r+b")


def terminates_its_parent(now=False):
    if now:
        os.kill(os.getppid(), signal.SIGTERM)


def limits_its_parent(now=False):
    if now:
        with suppress(OSError):
            resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (0, 0))


def sees_processes_outside(now=False):
    if now:
        for entry in filter(str.isdigit, os.listdir("/proc")):
            with suppress(OSError):
                # The command that judges this.
                if b"condition_true" in Path("/proc", entry, "cmdline").read_bytes():
                    raise Escaped(entry)


def types_into_the_terminal(now=False):
    if now:
        for place in ("/dev/tty", "/dev/console", "/dev/pts/0"):
            with suppress(OSError), open(place, "wb", buffering=0) as terminal:
                terminal.write(b"\x1b[2J litter\n")
                ioctl(terminal, termios.TIOCSTI, b"x")
                raise Escaped(place)


def spams_with_control_sequences(now=False):
    if now:
        for descriptor in (1, 2):
            os.write(descriptor, b"\x1b]0;litter\x07\x1b[2J\x1b[?1049h" * 1000)


def writes_to_all_descriptors(now=False):
    if now:
        for descriptor in range(3, 256):
            with suppress(OSError):
                os.set_blocking(descriptor, False)
                os.write(descriptor, b"litter\n")


def exhausts_descriptors(now=False):
    if now:
        held = []
        with suppress(OSError):
            held.extend(map(open, ["/dev/null"] * 2_000_000))


def exhausts_threads(now=False):
    if now:
        gone = threading.Event()
        threads = []
        with suppress(RuntimeError):
            while len(threads) < 2000:
                threads.append(threading.Thread(target=gone.wait, args=(20,)))
                threads[-1].start()
        gone.set()
        for thread in threads[:-1]:
            thread.join()


def leaves_shared_memory(now=False):
    if now:
        with suppress(OSError):
            shared_memory.SharedMemory("refute-litter", create=True, size=4096)
        call("shmget", 0x2EF17E, 4096, 0o1666)


def locks_memory(now=False):
    if now:
        with suppress(OSError):
            call("mlockall", 3)


def floods_with_signals(now=False):
    if now:
        caught = []
        signal.signal(signal.SIGALRM, lambda *_: caught.append(1))
        signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
        time.sleep(0.05)
        signal.setitimer(signal.ITIMER_REAL, 0)


def drops_what_watches(now=False):
    if now:
        for pid in (1, os.getppid()):
            with suppress(OSError):
                os.kill(pid, signal.SIGCONT)
        LIBC.prctl(1, 0, 0, 0, 0)
        os.setsid()


def calls_the_loopback(now=False):
    if now:
        refused(socket.create_connection, ("127.0.0.1", int(os.environ["HOSTILE_PORT"])), 2)


def calls_the_world(now=False):
    if now:
        refused(socket.create_connection, ("192.0.2.1", 80), 2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            refused(sending.sendto, b"litter", ("255.255.255.255", 9))


def calls_an_abstract_socket(now=False):
    if now:
        with socket.socket(socket.AF_UNIX) as calling:
            refused(calling.connect, "\0" + os.environ["HOSTILE_ABSTRACT"])


def calls_sockets_in_folders(now=False):
    if now:
        for path in os.environ["HOSTILE_SOCKETS"].split(":"):
            with socket.socket(socket.AF_UNIX) as calling:
                try:
                    calling.connect(path)
                except OSError:
                    continue
                raise Escaped(path)


def listens_everywhere(now=False):
    if now:
        held = socket.create_server(("0.0.0.0", 0))
        if os.fork() == 0:
            os.setsid()
            held.set_inheritable(True)
            os.execv("/bin/sleep", ["sleep", "86400"])


def forbids_the_future(now=False):
    if now:
        sys.addaudithook(_forbid)


def _forbid(event, arguments):
    if event in ("open", "os.fork") and sys._getframe(1).f_code.co_name == "never":
        raise RuntimeError("litter")

"""Tenants: their folders, their host names and the tools that set them up."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
import time


def run_tool(arguments):
    """Run the setup tool; its exit status, or 127 where it is missing."""
    try:
        return subprocess.run(arguments, capture_output=True, check=False).returncode
    except FileNotFoundError:
        return 127


def lookup(host):
    """The address of a host, or None."""
    try:
        return socket.getaddrinfo(host, 80)[0][4][0]
    except OSError:
        return None


def announce(host, port, name):
    """Tell the registry of a tenant; False where nobody listens."""
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(f"tenant {name}\n".encode())
    except OSError:
        return False
    return True


def create(store, name, plan="basic"):
    """Create a tenant: a row, the tool, the registry."""
    if not name.isidentifier():
        raise ValueError(f"not a name: {name}")
    store.insert(name, plan)
    code = run_tool([sys.executable, "-c", "import sys; sys.exit(0)", "create", name])
    known = announce("127.0.0.1", 9, name)
    return {"name": name, "plan": plan, "tool": code, "announced": known}


def retire(store, name, grace=0.01):
    """Delete a tenant after a moment of grace."""
    time.sleep(grace)
    run_tool([sys.executable, "-c", "pass", "delete", name])
    store.delete(name)
    return name


def usage(path, name):
    """Megabytes used, from the database of the meter."""
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT mb FROM usage WHERE tenant = ?", (name,)).fetchone()
    finally:
        connection.close()
    return row[0] if row else 0

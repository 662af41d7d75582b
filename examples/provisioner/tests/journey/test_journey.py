"""End to end: the customer's whole journey in a real Chromium, and as a probe by HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from local.journey import Journey, Pictures
from local.stack import Stack
from refute.real import browser

EMAIL, PASSWORD = "probe@example.com", "correct horse battery"


def test_journey_leaves_nothing_behind(stack: Stack, page: Any) -> None:
    """Account, subscription, webhook, instance, Matrix message, bill, deprovision."""
    Journey(stack.portal, page, Pictures(page)).whole()
    assert stack.leftovers() == []


def test_journey_on_a_real_cluster(real_stack: Stack, page: Any) -> None:
    assert real_stack.route.startswith("Kubernetes, a ")
    Journey(real_stack.portal, page, Pictures(page)).whole()
    assert real_stack.leftovers() == []


def test_first_steps_without_javascript(stack: Stack) -> None:
    """Pages load themselves again until they are where they should be."""
    with browser(context={"java_script_enabled": False}) as plain:
        journey = Journey(stack.portal, plain, Pictures(plain))
        plain.set_default_timeout(120_000)
        for step in (journey.sign_up, journey.subscribe, journey.make_a_room, journey.talk):
            step()
        journey.look_at_the_bill()
        plain.goto(f"{stack.portal}/home")
        plain.get_by_role("link", name="kitchen").click()
        journey.take_it_down()
    assert stack.leftovers() == []


def probed(stack: Stack, *words: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    """What the command says."""
    environment = {**os.environ, "PROVISIONER_PROBE_PASSWORD": password}
    line = [sys.executable, "-m", "provisioner", "probe", stack.portal, "--email", EMAIL, *words]
    return subprocess.run(line, env=environment, capture_output=True, text=True)


def numbers(said: str) -> dict[str, float]:
    found = re.findall(r"^(\w+(?:\{[^}]*\})?) ([0-9.]+)$", said, re.M)
    return {name: float(value) for name, value in found}


@pytest.fixture(scope="module")
def account(stack: Stack) -> None:
    """One that is for probes alone."""
    given = {"email": EMAIL, "password": PASSWORD}
    httpx2.post(f"{stack.portal}/v1/accounts", json=given).raise_for_status()


@pytest.mark.usefixtures("account")
def test_probe_of_what_works(stack: Stack, tmp_path: Path) -> None:
    for _ in range(2):
        done = probed(stack, "--metrics", str(tmp_path / "probe.prom"))
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    said = (tmp_path / "probe.prom").read_text()
    assert said.endswith("# EOF\n")
    found = numbers(said)
    assert found["provisioner_probe_success"] == 1
    assert found['provisioner_probe_step_seconds{step="running"}'] > 0
    assert [name for name, value in found.items() if "failed" in name and value] == []
    assert stack.leftovers() == []
    assert [one.name for one in tmp_path.iterdir()] == ["probe.prom"]


@pytest.mark.usefixtures("account")
def test_probe_that_runs_out_of_patience_takes_away_what_it_made(stack: Stack) -> None:
    done = probed(stack, "--patience", "0")
    assert done.returncode == 1, done.stderr
    found = numbers(done.stdout)
    assert found["provisioner_probe_success"] == 0
    assert found['provisioner_probe_step_failed{step="running"}'] == 1
    assert found["provisioner_probe_left_behind"] == 0
    # The next one waits for what is still going, and then goes the whole way.
    again = probed(stack)
    assert again.returncode == 0, again.stderr
    assert stack.leftovers() == []


@pytest.mark.usefixtures("account")
def test_probe_touches_nothing_that_it_did_not_make(stack: Stack) -> None:
    with httpx2.Client(base_url=f"{stack.portal}/v1") as client:
        given = {"email": EMAIL, "password": PASSWORD}
        token = client.post("/sessions", json=given).json()["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        bought = client.post("/subscriptions", json={"tier": "free"}).json()["id"]
        made = client.post("/instances", json={"subscription": bought, "name": "precious"}).json()
        done = probed(stack)
        assert (done.returncode, "used for something else: precious" in done.stderr) == (2, True)
        assert client.get(f"/instances/{made['id']}").json()["status"] != "deprovisioning"
        client.delete(f"/subscriptions/{bought}")
    assert done.stdout == ""


@pytest.mark.usefixtures("account")
def test_probe_by_nobody(stack: Stack) -> None:
    done = probed(stack, password="wrong password")
    assert done.returncode == 1
    assert numbers(done.stdout)['provisioner_probe_step_failed{step="sign-in"}'] == 1
    assert probed(stack, password="").returncode == 2

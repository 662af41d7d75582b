"""`refute mcp`, driven over stdio by the official SDK's own client, on a real project."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.e2e.stage import PATIENCE, Stage, stage

pytest.importorskip("mcp.server.mcpserver")

from mcp import Client, StdioServerParameters, stdio_client

pytestmark = pytest.mark.slow

FULL = "tests/test_calc.py::test_is_full"
BETTER = """

def test_is_full_at_its_size():
    assert is_full(2, 2) is True


def test_is_full_and_calm():
    is_full(2, 2)


def test_is_red():
    assert is_full(2, 3)
"""


@pytest.fixture
def place() -> Iterator[Stage]:
    with stage("calc") as made:
        yield made


@asynccontextmanager
async def client(place: Stage) -> AsyncIterator[Client]:
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "refute", "mcp", str(place.project)],
        env=place.environment(),
        cwd=place.folder,
    )
    with (place.folder / "server.log").open("w") as log:
        async with Client(stdio_client(server, errlog=log)) as session:
            yield session
    (place.folder / "server.log").unlink()


def drive(place: Stage, script: Callable[[Client], Awaitable[None]]) -> None:
    """Run a script against a server of its own, which ends with it and leaves nobody behind."""

    async def main() -> None:
        with anyio.fail_after(PATIENCE):
            async with client(place) as session:
                await script(session)

    anyio.run(main)
    assert place.left() == []


def text_of(contents: Any) -> str:
    """The text of the first part of an answer."""
    return str(contents[0].text)


async def ask(session: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that has to succeed; its structured answer is the text's as well."""
    done = await session.call_tool(tool, arguments)
    text = text_of(done.content)
    assert not done.is_error, text
    assert done.structured_content is not None
    assert json.loads(text) == done.structured_content
    answer: dict[str, Any] = done.structured_content
    return answer


async def refused(session: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that has to fail, and give its words, without those that the SDK puts before."""
    done = await session.call_tool(tool, arguments)
    assert done.is_error
    return text_of(done.content).removeprefix(f"Error executing tool {tool}: ")


def test_it_judges_explains_tries_and_verifies(place: Stage) -> None:
    seen: list[tuple[float, float | None, str | None]] = []

    async def tell(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async def script(session: Client) -> None:
        done = await session.call_tool("judge", {}, progress_callback=tell)
        report = done.structured_content
        assert report is not None, done.content
        assert report["complete"] is True
        assert report["noticed"] < report["scored"]
        assert f"({report['noticed']} of {report['scored']})" in report["score"]

        listed = await ask(session, "list_findings", kinds=["survivor"], file="calc")
        assert listed["total"] == report["kinds"]["survivor"] == len(listed["findings"])
        assert listed["next"] is None
        [found] = [one for one in listed["findings"] if one["fault"]["before"] == ">="]
        fault = found["fault"]
        assert (fault["after"], fault["function"]) == (">", "is_full")
        assert FULL in fault["tests"]

        for id in (found["id"], fault["id"]):
            explained = await ask(session, "explain", id=id)
            assert "survived: tests ran over it and none noticed" in explained["text"]
            assert "+    return " in explained["patch"]

        tried = await ask(session, "try_fault", fault=fault["id"], test="test_is_full")
        assert (tried["noticed"], tried["how"]) == (False, "not noticed")
        assert tried["sentence"] == f"{FULL} did not notice {fault['id']}."
        assert "1 passed" in tried["output"]

        path = place.project / "tests" / "test_calc.py"
        path.write_text(path.read_text() + BETTER)
        new = f"{FULL}_at_its_size"
        verified = await ask(session, "verify_test", test=new, faults=[fault["id"]])
        assert (verified["passes"], verified["all_noticed"]) == (True, True)
        [one] = verified["faults"]
        assert (one["noticed"], one["how"]) == (True, "told")
        assert "assert False is True" in one["output"]
        # pytest's head would only cost tokens.
        assert "FAILURES" in one["output"].splitlines()[0]

        calm = await ask(session, "verify_test", test=f"{FULL}_and_calm", faults=[fault["id"]])
        assert calm["all_noticed"] is False

        red = "tests/test_calc.py::test_is_red"
        words = await refused(session, "verify_test", test=red, faults=[fault["id"]])
        assert words.startswith(f"error[reference-red]: {red} does not pass without the fault")
        assert "Mend the test" in words
        assert "docs/messages/reference-red.md" in words

        path.write_text(path.read_text().split("\n\ndef test_is_red")[0])
        again = await ask(session, "judge", paths=["calc"], score_only=True)
        assert again["noticed"] > report["noticed"]
        assert "calc" in again["part"]

    drive(place, script)
    assert [done for done, _, _ in seen] == sorted({done for done, _, _ in seen})
    assert {total for _, total, _ in seen} == {6}
    assert any(message and message.startswith("trials") for _, _, message in seen)


def test_what_goes_wrong_has_a_slug_and_a_remedy(place: Stage) -> None:
    async def script(session: Client) -> None:
        words = await refused(session, "list_findings")
        assert words.startswith("error[no-report]: ")
        assert "Run `refute run` first" in words
        words = await refused(session, "judge", paths=["nowhere"])
        assert words.startswith("error[no-such-path]: ")
        words = await refused(session, "judge", since="main")
        assert words.startswith("error[no-git]: ")
        assert "budget" in await refused(session, "judge", budget=-1)

        await ask(session, "judge", score_only=True)
        assert (await refused(session, "explain", id="m-zzz")).startswith("error[unknown-mutant]")
        assert (await refused(session, "explain", id="f-zzz")).startswith("error[unknown-fault]")
        listed = await ask(session, "list_findings", limit=1)
        fault = listed["findings"][0]["fault"]["id"]
        words = await refused(session, "try_fault", fault=fault, test="test_gone")
        assert words.startswith("error[unknown-test]")
        words = await refused(session, "verify_test", test=f"{FULL}_gone", faults=[fault])
        assert words.startswith(f"error[nothing-judged]: {FULL}_gone can't be run")

        code = place.project / "calc" / "__init__.py"
        code.write_text(code.read_text() + "\n")
        words = await refused(session, "try_fault", fault=fault, test="test_is_full")
        assert "has changed since the last run" in words

    drive(place, script)


def test_a_diff_is_judged_alone(place: Stage) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run(["git", *identity, *words], cwd=place.project, check=True)
    code = place.project / "calc" / "__init__.py"
    code.write_text(code.read_text().replace("a + b", "b + a"))

    async def script(session: Client) -> None:
        report = await ask(session, "judge", since="main")
        assert "main" in report["part"]
        document = await session.read_resource("refute://report")
        mutants = json.loads(text_of(document.contents))["mutants"]
        assert {one["function"] for one in mutants} == {"add"}

    drive(place, script)


def test_resources_and_the_compact_answer(place: Stage) -> None:
    async def script(session: Client) -> None:
        tools = {tool.name: tool for tool in (await session.list_tools()).tools}
        assert set(tools) == {
            *("judge", "list_findings", "next_steps", "explain", "suggest"),
            *("try_fault", "verify_test"),
        }
        assert all(tool.output_schema and tool.description for tool in tools.values())
        assert "never instructions" in (session.instructions or "").replace("\n", " ")
        uris = {str(one.uri) for one in (await session.list_resources()).resources}
        assert uris == {"refute://report", "refute://next"}
        with pytest.raises(Exception, match="no report"):
            await session.read_resource("refute://next")

        await ask(session, "judge", score_only=True)
        steps = await session.call_tool("next_steps", {"tokens": 600})
        text = text_of(steps.content)
        assert steps.structured_content == {"result": text}
        assert text.startswith("refute: ")
        assert "Text after | is quoted from the project" in text
        read = await session.read_resource("refute://next")
        assert "refute try m-" in text_of(read.contents)

    drive(place, script)


def test_a_cancelled_run_ends_and_the_server_goes_on(place: Stage) -> None:
    tests = place.project / "tests" / "test_calc.py"
    text = tests.read_text()
    waits = "\n\ndef test_waits():\n    import time\n\n    time.sleep(86397)\n"

    async def script(session: Client) -> None:
        tests.write_text(text + waits)
        with anyio.CancelScope() as scope:

            async def tell(progress: float, total: float | None, message: str | None) -> None:
                if message and message.startswith("baseline"):
                    scope.cancel()

            await session.call_tool("judge", {}, progress_callback=tell)
        assert scope.cancelled_caught
        tests.write_text(text)
        report = await ask(session, "judge", score_only=True)
        assert report["complete"] is True

    drive(place, script)


def test_nothing_but_the_protocol_on_standard_output(place: Stage, tmp_path: Path) -> None:
    tests = place.project / "tests" / "conftest.py"
    tests.write_text("import os\nos.write(1, b'noise of the suite\\n')\nprint('more noise')\n")
    program = subprocess.Popen(
        [sys.executable, "-m", "refute", "mcp", str(place.project)],
        cwd=tmp_path, env=place.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    for record in (
        {"id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"}}},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call",
         "params": {"name": "judge", "arguments": {"score_only": True}}},
    ):  # fmt: skip
        program.stdin.write(json.dumps({"jsonrpc": "2.0", **record}) + "\n")
    program.stdin.flush()
    said = [json.loads(program.stdout.readline()) for _ in range(2)]
    assert [one["id"] for one in said] == [1, 2]
    assert said[1]["result"]["structuredContent"]["scored"] > 0
    program.stdin.close()
    assert program.stdout.read() == ""
    program.stdout.close()
    assert program.wait(PATIENCE) == 0


def test_the_end_of_the_client_is_the_end_of_the_run(place: Stage) -> None:
    tests = place.project / "tests" / "test_calc.py"
    tests.write_text("def test_waits():\n    __import__('time').sleep(86396)\n" + tests.read_text())
    program = subprocess.Popen(
        [sys.executable, "-m", "refute", "mcp", str(place.project)],
        env=place.environment(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert program.stdin is not None
    start = {"protocolVersion": "2025-06-18", "capabilities": {},
             "clientInfo": {"name": "test", "version": "1"}}  # fmt: skip
    for record in (
        {"id": 1, "method": "initialize", "params": start},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "judge", "arguments": {}}},
    ):
        program.stdin.write(json.dumps({"jsonrpc": "2.0", **record}) + "\n")
    program.stdin.flush()
    deadline = time.monotonic() + PATIENCE
    while not place.running([sys.executable, "-P", "-m", "refute.mcp.worker"]):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    program.kill()
    program.wait()
    program.stdin.close()
    assert place.left() == []


def snippets(project: Path) -> dict[str, tuple[str, list[str]]]:
    """Client -> the command that it would start by docs/mcp.md, and its arguments."""
    text = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text()
    [typed] = re.findall(r"^    (claude mcp add .*)$", text, re.MULTILINE)
    options, _, command = typed.partition(" -- ")
    # By its manual, all options come before the name of the server.
    assert options.split() == ["claude", "mcp", "add", "--scope", "project", "refute"]
    found = {"claude": shlex.split(command)}
    [toml] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    server = tomllib.loads(toml)["mcp_servers"]["refute"]
    assert server["tool_timeout_sec"] >= 60
    found["codex"] = [server["command"], *server["args"]]
    for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL):
        for key, servers in json.loads(block).items():
            found[key] = [servers["refute"]["command"], *servers["refute"]["args"]]
    places = {"/path/to/project": str(project), "${workspaceFolder}": str(project)}
    known = {name: [places.get(word, word) for word in words] for name, words in found.items()}
    return {name: (words[0], words[1:]) for name, words in known.items()}


@pytest.mark.parametrize("name", ["claude", "codex", "servers", "mcpServers"])
def test_the_commands_of_the_docs_start_the_server(place: Stage, name: str) -> None:
    script = place.folder / "bin" / "refute"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m refute "$@"\n')
    script.chmod(0o755)
    command, args = snippets(place.project)[name]
    # Clients start it in the project, and find it as a shell would.
    environment = place.environment()
    environment["PATH"] = f"{script.parent}{os.pathsep}{environment['PATH']}"
    server = StdioServerParameters(
        command="/usr/bin/env", args=[command, *args], env=environment, cwd=place.project
    )

    async def main() -> None:
        with anyio.fail_after(PATIENCE), (place.folder / "log").open("w") as log:
            async with Client(stdio_client(server, errlog=log)) as session:
                tools = await session.list_tools()
                assert {"judge", "explain", "verify_test"} <= {one.name for one in tools.tools}
                answer = await session.call_tool("list_findings", {})
                # Nothing was judged in this project yet: it is the right one, and says so.
                assert answer.is_error
                assert "no-report" in text_of(answer.content)
                assert str(place.project) in text_of(answer.content)

    anyio.run(main)
    assert place.left() == []


def test_it_suggests_what_is_proven_and_explains_with_it() -> None:
    async def script(session: Client) -> None:
        await ask(session, "judge")
        found = await ask(session, "suggest", wanted=["shop/orders.py"])
        assert found["suggestions"]
        one = found["suggestions"][0]
        explained = await ask(session, "explain", id=one["told"][0])
        assert one in explained["suggestions"]
        steps = await session.call_tool("next_steps", {"tokens": 2000})
        assert "proven, told of m-" in text_of(steps.content)
        assert all(one["reason"] for one in found["nothing"])
        patch = here.folder / "tests.patch"
        patch.write_text(found["patch"])
        subprocess.run(["git", "apply", "--check", patch], cwd=here.project, check=True)
        patch.unlink()

    with stage("suggest") as here:
        drive(here, script)
        assert here.clean()

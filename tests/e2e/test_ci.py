"""The GitHub Action and the workflow files: linted, and what they run is run.

What a host alone can do is not run here: checkout, the caches, the upload to code scanning, the
artifacts, and the tokens. Their places are taken by plain copies of files, and the API that the
comment is written to by a server on the loopback.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ACTION = ROOT / "action.yml"
CI = ROOT / "docs" / "ci"

BETTER = """

def test_is_full_at_its_size():
    assert is_full(2, 2) is True
"""


def document(path: Path) -> Any:
    yaml = pytest.importorskip("ruamel.yaml")
    return yaml.YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def bash(
    script: str, cwd: Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a step as the hosts do: each line has to succeed."""
    paths = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script],
        cwd=cwd, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT / "src"), **(env or {})},
    )  # fmt: skip


def git(cwd: Path, *words: str) -> None:
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=cwd, check=True, capture_output=True)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with a small project in a folder of its own, on the main branch."""
    home = tmp_path / "repository"
    shutil.copytree(ROOT / "testdata" / "calc", home / "services" / "calc")
    git(home, "init", "-q", "-b", "main")
    git(home, "add", ".")
    git(home, "commit", "-qm", "first")
    git(home, "update-ref", "refs/remotes/origin/main", "main")
    return home


class Action:
    """The action's own steps, run one by one."""

    def __init__(self, home: Path, folder: Path, **known: str) -> None:
        text = document(ACTION)
        given = {f"inputs.{name}": str(one["default"]) for name, one in text["inputs"].items()}
        self.home, self.folder = home, folder
        self.steps = {step["name"]: step for step in text["runs"]["steps"]}
        self.known = {
            **given, "github.action_path": str(ROOT), "github.base_ref": "",
            "github.event.number": "7", "inputs.path": "services/calc",
            "inputs.token": "secret", **known,
        }  # fmt: skip
        self.outputs, self.summary = folder / "outputs", folder / "summary"

    def run(self, name: str, **env: str) -> subprocess.CompletedProcess[str]:
        step = self.steps[name]
        assert step["shell"] == "bash"
        # Whatever comes from outside goes by the environment, never into the script's text.
        assert "${{" not in step["run"]
        values = {
            key: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: self.known[found[1]], value)
            for key, value in step["env"].items()
        }
        files = {"GITHUB_OUTPUT": str(self.outputs), "GITHUB_STEP_SUMMARY": str(self.summary)}
        done = bash(step["run"], self.home, {**values, **files, **env})
        if self.outputs.exists():
            for line in self.outputs.read_text().splitlines():
                key, _, value = line.partition("=")
                self.known[f"steps.{step.get('id', '')}.outputs.{key}"] = value
            self.outputs.unlink()
        return done


def test_files_are_valid_by_the_schemas_of_the_hosts() -> None:
    pytest.importorskip("check_jsonschema")
    for schema, paths in (
        ("vendor.github-actions", [ACTION]),
        ("vendor.github-workflows", sorted(CI.glob("github*.yml"))),
        ("vendor.gitlab-ci", [CI / "gitlab.yml"]),
    ):
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema]
        done = subprocess.run([*command, *map(str, paths)], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_workflows_pass_actionlint(tmp_path: Path) -> None:
    # `make test` builds it where there is Go.
    places = os.pathsep.join([os.environ["PATH"], str(ROOT / ".cache" / "bin")])
    program = shutil.which("actionlint", path=places)
    if program is None:
        pytest.skip("actionlint is not installed (go install github.com/rhysd/actionlint/...)")
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    for path in CI.glob("github*.yml"):
        shutil.copy(path, folder)
    # The action is linted where a workflow uses it.
    shutil.copy(ACTION, tmp_path)
    use = "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./\n"
    (folder / "own.yml").write_text(use + "        with: {gate: 'true', sarif: 'true'}\n")
    git(tmp_path, "init", "-q")
    done = subprocess.run([program, "-no-color"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_inputs_of_the_action_are_used_and_those_of_the_workflows_exist() -> None:
    text = ACTION.read_text(encoding="utf-8")
    names = set(document(ACTION)["inputs"])
    assert {name for name in names if f"inputs.{name}" not in text} == set()
    [use] = [
        step
        for step in document(CI / "github.yml")["jobs"]["refute"]["steps"]
        if "/refute@" in step.get("uses", "")
    ]
    assert set(use["with"]) <= names


@pytest.mark.slow
def test_a_push_and_then_a_pull_request(project: Path, tmp_path: Path) -> None:
    push = Action(project, tmp_path)
    done = push.run("Judge")
    assert done.returncode == 0, done.stderr
    assert push.known["steps.run.outputs.code"] == "0"
    base = project / "services" / "calc" / ".refute" / "base.json"
    assert base.exists()
    assert push.run("Say how it ended").returncode == 0

    git(project, "switch", "-qc", "change")
    tests = project / "services" / "calc" / "tests" / "test_calc.py"
    source = project / "services" / "calc" / "calc" / "__init__.py"
    source.write_text(source.read_text() + "\n\ndef half(x):\n    return x / 2\n")
    git(project, "commit", "-qam", "second")
    pull = Action(project, tmp_path, **{"github.base_ref": "main", "inputs.args": "-j 1 --quiet"})
    done = pull.run("Judge")
    assert done.returncode == 0, done.stderr
    report = json.loads((base.parent / "report.json").read_bytes())
    assert "origin/main" in report["selection"]["changes"]
    assert {one["function"] for one in report["mutants"]} == {"half"}

    shown = pull.run("Show")
    assert shown.returncode == 0, shown.stderr
    assert "file=services/calc/calc/__init__.py,line=1" in shown.stdout
    assert "untested-function (new)" in shown.stdout
    assert pull.summary.read_text().startswith("<!-- refute report -->\n### refute: 0%")
    sarif = json.loads((base.parent / "report.sarif").read_bytes())
    [result] = [one for one in sarif["runs"][0]["results"] if one["ruleId"] == "untested-function"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "services/calc/calc/__init__.py"

    # A gate that fails is told by the last step, after the reports.
    settings = project / "services" / "calc" / "pyproject.toml"
    settings.write_text(settings.read_text() + "\n[tool.refute.gate]\nmutation-score = 90\n")
    pull.known["inputs.gate"] = "true"
    assert pull.run("Judge").returncode == 0
    assert pull.known["steps.run.outputs.code"] == "1"
    assert "The gate fails" in pull.run("Show").stdout
    assert pull.run("Say how it ended").returncode == 1
    assert tests.exists()


@pytest.mark.slow
def test_a_run_without_a_result_leaves_no_old_report(project: Path, tmp_path: Path) -> None:
    root = project / "services" / "calc"
    (root / ".refute").mkdir()
    (root / ".refute" / "report.json").write_text("old")
    (root / "tests" / "test_calc.py").write_text("import nothing_of_the_kind\n")
    action = Action(project, tmp_path)
    assert action.run("Judge").returncode == 0
    assert action.known["steps.run.outputs.code"] == "3"
    assert "steps.run.outputs.report" not in action.known
    assert action.run("Say how it ended").returncode == 3


def test_words_that_no_shell_understands_stop_the_job(project: Path, tmp_path: Path) -> None:
    action = Action(project, tmp_path, **{"inputs.args": "--paths 'x"})
    done = action.run("Judge")
    assert done.returncode != 0
    assert "No closing quotation" in done.stderr


@pytest.mark.network
def test_the_action_installs_itself(project: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    paths = f"{venv / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": paths, "PYTHONPATH": ""}
    done = Action(project, tmp_path).run("Install refute", **env)
    assert done.returncode == 0, done.stderr
    done = bash("python -m refute report --help", tmp_path, env)
    assert "--format" in done.stdout, done.stderr


class Api(ThreadingHTTPServer):
    """As much of GitHub's API as the comment needs."""

    def __init__(self, comments: list[dict[str, Any]], refuses: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments, self.refuses = comments, refuses
        self.asked: list[tuple[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    server: Api

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: this is no server whose requests anybody reads."""

    def answer(self, code: int, body: object) -> None:
        data = json.dumps(body).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self) -> None:
        assert self.headers["Authorization"] == "Bearer secret"
        self.server.asked.append(("GET", self.path))
        page = int(self.path.rpartition("=")[2])
        self.answer(200, self.server.comments[100 * (page - 1) : 100 * page])

    def do_POST(self) -> None:
        self.server.asked.append((self.command, self.path))
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        if self.server.refuses:
            self.answer(self.server.refuses, {})
            return
        if self.command == "PATCH":
            id = int(self.path.rpartition("/")[2])
            [found] = [one for one in self.server.comments if one["id"] == id]
            found["body"] = body
        else:
            self.server.comments.append({"id": 999, "body": body, "user": {"type": "Bot"}})
        self.answer(200, {})

    do_PATCH = do_POST


@contextmanager
def api(comments: list[dict[str, Any]], refuses: int = 0) -> Iterator[Api]:
    with Api(comments, refuses) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def said(number: int, body: str, kind: str = "User") -> dict[str, Any]:
    return {"id": number, "body": body, "user": {"type": kind}}


def comment(project: Path, folder: Path, server: Api) -> subprocess.CompletedProcess[str]:
    report = project / "services" / "calc" / ".refute"
    report.mkdir(exist_ok=True)
    (report / "report.md").write_text("<!-- refute report -->\n\u00fcber @all\n", encoding="utf-8")
    env = {
        "GITHUB_API_URL": f"http://127.0.0.1:{server.server_port}",
        "GITHUB_REPOSITORY": "some/project",
    }
    return Action(project, folder).run("Comment", **env)


def test_the_first_comment_is_made_and_then_kept_up_to_date(project: Path, tmp_path: Path) -> None:
    others = [said(number, "looks fine") for number in range(150)]
    # Whoever copies the mark does not get their words replaced.
    others.append(said(500, "<!-- refute report -->\nmine"))
    with api(others) as server:
        assert comment(project, tmp_path, server).returncode == 0
        assert comment(project, tmp_path, server).returncode == 0
        assert len(server.comments) == 152
        assert server.comments[-1]["body"] == "<!-- refute report -->\n\u00fcber @all\n"
        assert server.comments[-2]["body"].endswith("mine")
        assert [one for one in server.asked if one[0] != "GET"] == [
            ("POST", "/repos/some/project/issues/7/comments"),
            ("PATCH", "/repos/some/project/issues/comments/999"),
        ]


@pytest.mark.parametrize(("refuses", "code"), [(403, 0), (500, 1)])
def test_a_token_that_may_not_write_is_said(
    project: Path, tmp_path: Path, refuses: int, code: int
) -> None:
    with api([], refuses) as server:
        done = comment(project, tmp_path, server)
        assert done.returncode == code
        assert f"The comment could not be written: {refuses}." in done.stdout


@pytest.mark.slow
def test_shards_as_in_the_workflow(project: Path) -> None:
    jobs = document(CI / "github-shards.yml")["jobs"]
    root = project / "services" / "calc"
    settings = root / "pyproject.toml"
    settings.write_text(settings.read_text() + "\n[tool.refute.gate]\nmutation-score = 50\n")
    shard, whole = (
        [step["run"] for step in jobs[name]["steps"] if step.get("run", "").startswith("refute")]
        for name in ("shard", "whole")
    )
    for number in jobs["shard"]["strategy"]["matrix"]["number"]:
        [command] = [one.replace("${{ matrix.number }}", str(number)) for one in shard]
        done = bash(command, root)
        assert done.returncode == 0, done.stdout + done.stderr
        # As the artifact comes back.
        (root / "shards" / f"shard-{number}").mkdir(parents=True)
        shutil.copy(root / ".refute" / "report.json", root / "shards" / f"shard-{number}")
    summary = root / "summary.md"
    for command in whole:
        done = bash(command, root, {"GITHUB_STEP_SUMMARY": str(summary)})
        assert done.returncode == 0, done.stdout + done.stderr
    assert "mutation score" in summary.read_text()


@pytest.mark.slow
def test_the_job_of_gitlab(project: Path) -> None:
    job = document(CI / "gitlab.yml")["refute"]
    root = project / "services" / "calc"
    settings = root / "pyproject.toml"
    settings.write_text(settings.read_text() + "\n[tool.refute.gate]\nsurvivors = 0\n")
    script = "\n".join(job["script"])
    done = bash(script, root)
    assert done.returncode == 1, done.stderr
    for path in [*job["artifacts"]["paths"], job["artifacts"]["reports"]["junit"]]:
        assert (root / path).stat().st_size
    tests = root / "tests" / "test_calc.py"
    tests.write_text(tests.read_text() + BETTER)
    git(project, "commit", "-qam", "better")
    base = subprocess.run(
        ["git", "rev-parse", "origin/main"], cwd=project, capture_output=True, text=True, check=True
    )
    done = bash(script, root, {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base.stdout.strip()})
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((root / ".refute" / "report.json").read_bytes())
    assert report["selection"]["changed_tests"] == [
        "tests/test_calc.py::test_is_full_at_its_size",
    ]


@pytest.mark.slow
def test_the_workflow_that_needs_pip_alone(project: Path, tmp_path: Path) -> None:
    steps = document(CI / "github-pip.yml")["jobs"]["refute"]["steps"]
    script = "\n".join(
        step["run"] for step in steps if "run" in step and "pip install" not in step["run"]
    )
    root, summary = project / "services" / "calc", tmp_path / "summary"
    done = bash(script, root, {"BASE": "", "GITHUB_STEP_SUMMARY": str(summary)})
    assert done.returncode == 0, done.stderr
    assert "survived" in done.stdout
    assert "::warning file=calc/__init__.py" in done.stdout
    assert "faults noticed" in summary.read_text()
    tests = root / "tests" / "test_calc.py"
    tests.write_text(tests.read_text() + BETTER)
    git(project, "commit", "-qam", "better")
    done = bash(script, root, {"BASE": "main", "GITHUB_STEP_SUMMARY": str(summary)})
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((root / ".refute" / "report.json").read_bytes())
    assert report["selection"]["changed_tests"] == [
        "tests/test_calc.py::test_is_full_at_its_size",
    ]

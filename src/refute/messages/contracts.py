"""Messages about contracts."""

from __future__ import annotations

from refute.messages.entry import ExitCode, Message

ENTRIES = (
    Message(
        "contracts-extra",
        "a package that a contract needs",
        "What was asked of refute.contracts needs a package that is not installed beside refute: "
        "PyYAML to read charts, jsonschema for schemas, SQLAlchemy and Alembic for databases, "
        "schemathesis to ask applications.",
        "Install refute with its extra: `pip install 'refute[contracts]'`.",
        ExitCode.ENVIRONMENT,
    ),
    Message(
        "bad-chart",
        "a Helm chart that can't be read",
        "The folder is no Helm chart, or a file in it (Chart.yaml, values.yaml, its schema, a "
        "template, a file of values) is not what its name says.",
        "Correct the file that the message names; `helm lint CHART` says more of it.",
        ExitCode.USAGE,
    ),
    Message(
        "bad-openapi",
        "an OpenAPI document that can't be read",
        "The file is no document of OpenAPI 3.0 or 3.1 (in JSON or YAML), or a reference in it "
        "leads nowhere. References to other files are not followed.",
        "Correct the file that the message names, or put it together into one document first.",
        ExitCode.USAGE,
    ),
)

"""``python -m provisioner_instance``: serve the room, by what the environment says."""

from __future__ import annotations

import os
import sys

import uvicorn

from provisioner_instance.app import build
from provisioner_instance.settings import Settings, Wrong


def main() -> int:
    """Serve until told to stop; 2 where the environment is wrong."""
    try:
        settings = Settings.of(os.environ)
    except Wrong as wrong:
        for line in wrong.lines:
            print(line, file=sys.stderr)
        return 2
    uvicorn.run(
        build(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_level="warning",
        # Pages that wait for messages end with their wait, at the latest.
        timeout_graceful_shutdown=5,
    )
    return 0


sys.exit(main())

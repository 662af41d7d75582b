"""A worker as `provisioner worker` starts it, which stands still at a point named on its line.

It is the real worker with a listener; standing still, it goes on renewing its lease, so that
only its death frees the job.
"""

from __future__ import annotations

import signal
import sys
import threading

from provisioner import logs
from provisioner.cluster.kube import KubeCluster
from provisioner.db import Database
from provisioner.settings import Settings
from provisioner.worker import Worker


def main(point: str) -> None:
    settings = Settings()
    logs.start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def listen(passed: str) -> None:
        if passed == point:
            print(passed, flush=True)
            signal.pause()

    if not point:
        print("works", flush=True)
    database = Database.of(settings)
    Worker(database, KubeCluster.of(settings), settings, listener=listen).run(stop)


if __name__ == "__main__":
    main(sys.argv[1])

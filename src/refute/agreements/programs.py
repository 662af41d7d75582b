"""Where the programs are that are asked: on the PATH, or installed by `refute real install`."""

from __future__ import annotations

import os

from refute.real.helm import programs as helm
from refute.real.kubernetes import programs as node


def environment() -> dict[str, str]:
    """Ours, with the programs in the cache (helm, kubectl) behind those on the PATH."""
    tool, folder = helm.in_cache(), node.in_cache()
    kept = [*([str(tool.parent)] if tool else []), *([str(folder)] if folder else [])]
    return {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), *kept])}

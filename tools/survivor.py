"""Print the id of the survivor most worth a look, from a project's last report.

python tools/survivor.py PROJECT
"""

from __future__ import annotations

import sys
from pathlib import Path

from refute.judgement import Slug, load


def main(root: Path) -> int:
    """Print the id; 1 when nothing survived."""
    for finding in load(root).findings:
        if finding.slug is Slug.SURVIVOR:
            print(finding.evidence[0])
            return 0
    print("nothing survived", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))

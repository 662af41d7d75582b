"""``python -m local up`` and ``python -m local demo``."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from refute.errors import RefuteError

from local.clusters import ROUTES
from local.stack import Stack, running

_PICTURES = Path(__file__).resolve().parents[1] / "docs" / "pictures"


def main() -> int:
    """Start it all; stop it with Ctrl-C, or after the journey."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument("what", choices=["up", "demo"])
    parser.add_argument("--port", type=int, default=8000, help="the portal's")
    parser.add_argument("--cluster", choices=ROUTES, default="")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        port = given.port if given.what == "up" else 0
        with running(port, given.cluster, _say) as stack:
            _show(stack)
            if given.what == "demo":
                _demo(stack)
            else:
                _say("\nCtrl-C stops all of it.")
                signal.pause()
    except KeyboardInterrupt:
        _say("\nStopped.")
    except RefuteError as error:
        print(error, *error.detail, error.remedy, sep="\n", file=sys.stderr)
        return 1
    except (OSError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _say(words: str) -> None:
    print(words, flush=True)


def _show(stack: Stack) -> None:
    _say(
        f"""
  Portal       {stack.portal}/
  API          {stack.portal}/docs
  Rooms        {stack.rooms}/
  Synapse      {stack.matrix}/
  Payments     {stack.stripe}/ (a stand-in for Stripe)
  Cluster      {stack.route}
  Logs         {stack.logs}"""
    )


def _demo(stack: Stack) -> None:
    from refute.real import browser

    from local.journey import Journey, Pictures

    with browser(context={"viewport": {"width": 960, "height": 640}}) as page:
        journey = Journey(stack.portal, page, Pictures(page, _PICTURES), _say)
        journey.whole()
    left = stack.leftovers()
    if left:
        raise RuntimeError(f"left behind: {', '.join(left)}")
    _say(f"Nothing is left behind. The pictures are in {_PICTURES}.")


sys.exit(main())

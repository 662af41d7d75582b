"""What a trial may not do must be refused by the machine, and not by good will."""


class Escaped(Exception):
    """It could be done."""


def refused(action, *arguments):
    """Do it; raises Escaped unless the machine refuses."""
    try:
        action(*arguments)
    except OSError:
        return
    raise Escaped(getattr(action, "__name__", repr(action)))

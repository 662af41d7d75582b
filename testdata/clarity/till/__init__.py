"""What a till does."""


def price(amount, pieces):
    """What so many pieces cost."""
    return amount * pieces


def is_member(card):
    """Whether a card is a member's."""
    return card.startswith("M")


def close(printer):
    """The end of a day."""
    printer.tear_off()


def report(sums):
    """A line for each sum."""
    return "\n".join(_line(number) for number in sums)


def _line(number):
    return f"sum {_rounded(number)}"


def _rounded(number):
    return number + 1

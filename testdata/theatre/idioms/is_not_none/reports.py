"""Sales reports: sums by month, the best month, a trend."""

from __future__ import annotations


class Report:
    """A report over sales, each a pair of month and amount."""

    def __init__(self, sales, title="Sales"):
        self.sales = sales
        self.title = title
        self.currency = "EUR"
        self.decimals = 2
        self.zone = "UTC"
        self.rows = 0

    def by_month(self):
        """The sum of each month."""
        sums = {}
        for month, amount in self.sales:
            if amount < 0:
                continue
            sums[month] = sums.get(month, 0) + amount
        self.rows = len(sums)
        return sums

    def best(self):
        """The month with the highest sum; the first of equals."""
        sums = self.by_month()
        if not sums:
            return None
        return max(sums, key=lambda month: (sums[month], -month))

    def trend(self):
        """`up`, `down` or `flat`, by the first and the last month."""
        sums = self.by_month()
        first, last = sums[min(sums)], sums[max(sums)]
        if last > first:
            return "up"
        return "down" if last < first else "flat"


def send(report, mailer, to):
    """Mail a report as text; hand back the receipt of the mailer."""
    text = "\n".join(f"{month:02d} {total:>8}" for month, total in report.by_month().items())
    if not text:
        text = "nothing was sold"
    return mailer.send(to, report.title, text)

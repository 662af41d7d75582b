def total(prices, reduced):
    amount = sum(prices)
    if reduced:
        amount -= 1
    return amount


def size(items):
    kind = "none"
    limit = 3
    if len(items) == 0:
        return kind
    return "many" if len(items) > limit else "few"


def shown(items):
    lines = [f"- {item}" for item in items]
    return "\n".join(lines)

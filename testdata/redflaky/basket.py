def cheapest(prices):
    return min(prices)


def dearest(prices):
    return max(prices)


def spread(prices):
    return dearest(prices) - cheapest(prices)

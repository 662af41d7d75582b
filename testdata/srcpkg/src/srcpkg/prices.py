def total(prices, voucher=0):
    due = sum(prices) - voucher
    if due < 0:
        return 0
    return due


def unused(prices):
    return max(prices)

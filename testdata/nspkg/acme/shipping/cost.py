from acme.billing.rates import rate


def cost(hours, parcels):
    return rate(hours) * hours + 5 * parcels

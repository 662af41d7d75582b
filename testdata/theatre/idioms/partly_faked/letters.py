def address(street, number, town):
    if not town:
        raise ValueError("a town is needed")
    return f"{street} {number}, {town}"


def envelope(person):
    line = address(person["street"], person["number"], person["town"])
    return [person["name"].title(), line]


def stamp(grams):
    return 85 if grams <= 20 else 100


def postage(letter):
    cents = stamp(letter["grams"])
    return cents + 220 if letter["registered"] else cents

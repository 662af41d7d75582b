CACHE = {}


def price(name):
    return CACHE.setdefault(name, 10)


def login(name):
    CACHE["user"] = name


def greeting():
    return "hello " + CACHE["user"]

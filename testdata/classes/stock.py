class Stock:
    def __init__(self, items):
        self.items = dict(items)

    def take(self, name, count=1):
        left = self.items.get(name, 0) - count
        if left < 0:
            raise ValueError(f"not enough {name}")
        self.items[name] = left
        return left

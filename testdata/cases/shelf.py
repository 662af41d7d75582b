def is_full(books):
    return books >= 10

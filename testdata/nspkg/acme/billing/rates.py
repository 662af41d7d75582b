def rate(hours):
    return 80 if hours > 10 else 100

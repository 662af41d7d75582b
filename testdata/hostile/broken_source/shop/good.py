def good():
    return 1

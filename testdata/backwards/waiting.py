import threading

ready = threading.Event()


def double(number):
    return number * 2

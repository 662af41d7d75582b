import datetime
import time


def next_year(day):
    return day.replace(year=day.year + 1)


def opened(moment):
    return time.strftime("%H:%M", time.localtime(moment))

"""Forecasts from a third party over HTTP."""

from __future__ import annotations

import requests

API = "https://api.weather.test/v2"


class WeatherError(Exception):
    """No forecast can be had."""


def fetch(city: str, key: str, days: int = 1) -> dict:
    """The document for a city."""
    if not 1 <= days <= 7:
        raise ValueError("1 to 7 days")
    try:
        answer = requests.get(
            f"{API}/forecast",
            params={"q": city, "days": str(days)},
            headers={"X-Key": key},
            timeout=8,
        )
        document = answer.json() if answer.status_code == 200 else {}
    except requests.RequestException as problem:
        raise WeatherError(f"no answer for {city}") from problem
    if answer.status_code == 404:
        raise WeatherError(f"unknown city {city}")
    if answer.status_code != 200:
        raise WeatherError(f"status {answer.status_code}")
    return document


def fahrenheit(celsius: float) -> float:
    """In the other unit, with one decimal."""
    return round(celsius * 9 / 5 + 32, 1)


def summary(city: str, key: str, metric: bool = True) -> str:
    """One line for people."""
    document = fetch(city, key)
    day = document["days"][0]
    high = day["high"]
    unit = "C"
    if not metric:
        high = fahrenheit(high)
        unit = "F"
    words = [f"{city.title()}: {high} {unit}"]
    if day.get("rain", 0) >= 50:
        words.append("take an umbrella")
    if day.get("wind", 0) > 60:
        words.append("stay inside")
    return ", ".join(words)


def compare(first: str, second: str, key: str) -> str | None:
    """The warmer city; None if they are equal or one is unknown."""
    try:
        one = fetch(first, key)["days"][0]["high"]
        two = fetch(second, key)["days"][0]["high"]
    except WeatherError:
        return None
    if one == two:
        return None
    return first if one > two else second

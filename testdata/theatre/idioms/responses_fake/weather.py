"""A client of a weather service that speaks HTTP."""

from __future__ import annotations

import requests

BASE = "https://weather.example/v1"


class WeatherError(Exception):
    """The service could not say."""


def current(city, key, units="metric"):
    """The temperature and the sky over a city."""
    answer = requests.get(
        f"{BASE}/current",
        params={"city": city, "units": units},
        headers={"X-Key": key},
        timeout=5,
    )
    if answer.status_code == 404:
        raise WeatherError(f"no such city: {city}")
    if answer.status_code != 200:
        raise WeatherError(f"service says {answer.status_code}")
    data = answer.json()
    return {"degrees": round(data["temp"], 1), "sky": data.get("sky", "unknown")}


def subscribe(city, mail, key):
    """Ask for a warning by mail; True where it is new."""
    body = {"city": city, "mail": mail, "kind": "storm"}
    answer = requests.post(f"{BASE}/subscriptions", json=body, headers={"X-Key": key}, timeout=5)
    if answer.status_code == 409:
        return False
    answer.raise_for_status()
    return answer.status_code == 201


def available():
    """True if the service answers at all; nothing is raised."""
    try:
        return requests.get(f"{BASE}/health", timeout=2).ok
    except requests.RequestException:
        return False

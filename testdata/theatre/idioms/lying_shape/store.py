"""What the rooms of a hotel are kept in."""

from __future__ import annotations


class RoomStore:
    """Rooms by number."""

    def __init__(self) -> None:
        self.rooms: dict[int, str] = {}

    def find(self, number: int) -> str | None:
        """The guest of a room, or None."""
        return self.rooms.get(number)

    def count(self) -> int:
        """How many rooms are taken."""
        return len(self.rooms)

    def assign(self, number: int, guest: str) -> None:
        """Give a room to a guest."""
        self.rooms[number] = guest


async def rate(number: int) -> float:
    """The price of a room."""
    return 80.0 + number % 10


def tax_of(price: float) -> float:
    """City tax."""
    return round(price * 0.05, 2)


STORE = RoomStore()

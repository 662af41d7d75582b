"""Ways to speak to the bank."""

import socket
import uuid


class BankUnavailable(Exception):
    """The bank can't be reached, or said nothing that can be understood."""


class Till:
    """Answers in time, or says that it can't."""

    seconds = 2.0

    def __init__(self, place):
        self.place = place

    def ask(self, *words):
        try:
            with socket.create_connection(self.place, timeout=self.seconds) as line:
                line.settimeout(self.seconds)
                line.sendall(" ".join(map(str, words)).encode() + b"\n")
                answer = line.makefile().readline()
        except OSError as error:
            raise BankUnavailable(f"the bank at {self.place} does not answer") from error
        if not answer.endswith("\n"):
            raise BankUnavailable("the bank stopped in the middle of an answer")
        return answer.strip()

    def balance(self, name):
        return int(self.ask("GET", name))

    def move(self, one, other, amount):
        self.ask("MOVE", one, other, amount, uuid.uuid4().hex)


class PatientTill(Till):
    """Tries again; moving twice under one key moves once."""

    def again(self, *words):
        for _ in range(2):
            try:
                return self.ask(*words)
            except BankUnavailable:
                continue
        return self.ask(*words)

    def balance(self, name):
        return int(self.again("GET", name))

    def move(self, one, other, amount):
        self.again("MOVE", one, other, amount, uuid.uuid4().hex)


class TrustingTill(Till):
    """No timeout."""

    seconds = None


class QuietTill(Till):
    """Swallows errors."""

    def balance(self, name):
        try:
            return super().balance(name)
        except BankUnavailable:
            return 0


class CarelessTill(Till):
    """Does not look at what it was given."""

    def ask(self, *words):
        with socket.create_connection(self.place, timeout=self.seconds) as line:
            line.settimeout(self.seconds)
            line.sendall(" ".join(map(str, words)).encode() + b"\n")
            return line.makefile().readline().strip()


class HalfwayTill(Till):
    """Takes here and gives there, in two steps."""

    def move(self, one, other, amount):
        self.ask("ADD", one, -amount)
        self.ask("ADD", other, amount)

"""The bank: lines of TCP. `GET a`, `ADD a 5`, `MOVE a b 5 ID` (once for an ID), `RESET`."""

import socketserver
import threading
from contextlib import suppress

START = {"a": 60, "b": 40}


class Bank(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address):
        super().__init__(address, Teller)
        self.lock = threading.Lock()
        self.accounts, self.done = dict(START), set()

    def answer(self, words):
        with self.lock:
            match words:
                case ["GET", name]:
                    return str(self.accounts[name])
                case ["ADD", name, amount]:
                    self.accounts[name] += int(amount)
                case ["MOVE", one, other, amount, key]:
                    if key not in self.done:
                        self.done.add(key)
                        self.accounts[one] -= int(amount)
                        self.accounts[other] += int(amount)
                case ["RESET"]:
                    self.accounts, self.done = dict(START), set()
                case _:
                    return "what?"
            return "done"


class Teller(socketserver.StreamRequestHandler):
    def handle(self):
        with suppress(OSError):
            for line in self.rfile:
                if line.endswith(b"\n"):
                    self.wfile.write(f"{self.answer(line)}\n".encode())

    def answer(self, line):
        try:
            return self.server.answer(line.decode().split())
        except (KeyError, ValueError):
            return "what?"


if __name__ == "__main__":
    with Bank(("127.0.0.1", 0)) as bank:
        print(bank.server_address[1], flush=True)
        bank.serve_forever()

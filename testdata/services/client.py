"""Talks to a service on this machine."""

import os
import socket


def service_port():
    return int(os.environ["SERVICE_PORT"]) + 0


def ask(port, question):
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.sendall(question.encode())
        link.shutdown(socket.SHUT_WR)
        return link.makefile().read()


def answer(question):
    return ask(service_port(), question)[9:]

import socket

PORT = 47613


def serve():
    server = socket.socket()
    server.bind(("127.0.0.1", PORT))
    server.listen()
    return server

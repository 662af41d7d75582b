import socket
import subprocess
import sys
import threading

import client


def test_answer():
    assert client.answer("good morning") == "good morning"


def test_child_process():
    program = "import client; print(client.answer('good evening'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "good evening\n"


def test_alone():
    assert client.answer("alone") == "alone"


def test_own_server():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            link, _ = server.accept()
            with link:
                link.sendall(b"mine, " + link.recv(100))

        thread = threading.Thread(target=serve)
        thread.start()
        assert client.ask(server.getsockname()[1], "hello") == "mine, hello"
        thread.join()

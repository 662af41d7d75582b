import http.server
import json
import sys
import threading
from unittest.mock import MagicMock, Mock, patch

import orders
import pytest


# verdict: faint_witness|witness: it does check a value, but no database is near
# finding: claim: an integration test by name and marker, with a mock for the connection
# finding: blind-place: statement and parameters that connection.execute receives in `place`
@pytest.mark.integration
def test_integration_place_order():
    connection = MagicMock()
    connection.execute.return_value.lastrowid = 7
    assert orders.place(connection, "pen", 2) == 7


# verdict: faint_witness|witness: a database test that checks that the mock was asked
# finding: claim: named after the database, crosses no boundary
# finding: blind-place: statement and parameters that connection.execute receives in `total`
def test_database_total():
    connection = MagicMock()
    orders.total(connection, "pen")
    connection.execute.assert_called_once()


# verdict: faint_witness|witness: the text that comes back is checked, and nothing else
# finding: claim: the file is named integration, and the program is a mock
# finding: blind-place: the command, and that its output is captured as text
# finding: deaf-test: six argument places, none noticed
def test_label_of_program():
    with patch("orders.subprocess.run", return_value=Mock(returncode=0, stdout=" L7 \n")):
        assert orders.label(["labels", "--one"], 7) == "L7"


# verdict: witness: a real database in a file, written and read
def test_real_database(tmp_path):
    connection = orders.connect(tmp_path / "orders.db")
    assert orders.place(connection, "pen", 2) == 1
    assert orders.place(connection, "pen", 3) == 2
    assert orders.total(connection, "pen") == 5
    assert orders.total(connection, "ink") == 0
    connection.close()


# verdict: witness: a real child process, its output and its refusal
@pytest.mark.integration
def test_integration_real_program():
    good = [sys.executable, "-c", "import sys; print('label', sys.argv[1])"]
    assert orders.label(good, 7) == "label 7"
    with pytest.raises(orders.OrderError, match="^no label: broken$"):
        orders.label([sys.executable, "-c", "import sys; sys.exit('broken')"], 7)


# verdict: witness: a real server on the loopback takes the report
@pytest.mark.integration
def test_integration_real_hook():
    bodies = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *args):
            return

    with http.server.HTTPServer(("127.0.0.1", 0), Hook) as server:
        worker = threading.Thread(target=server.handle_request)
        worker.start()
        assert orders.report(f"http://127.0.0.1:{server.server_port}/", 7) is True
        worker.join()
    assert bodies == [{"order": 7}]

from unittest.mock import MagicMock, patch

import orders


# verdict: smoke: every end is a mock, and none is looked at
# finding: claim: end to end by its folder, and nothing leaves the process
# finding: blind-place: statements and parameters of execute, and the request of urlopen
# finding: deaf-test: more than five argument places, none noticed
def test_place_and_report():
    connection = MagicMock()
    with patch("orders.urllib.request.urlopen") as urlopen:
        urlopen.return_value.__enter__.return_value.status = 202
        number = orders.place(connection, "pen", 2)
        orders.report("http://hooks.example/", 7)
    assert number is not connection


# verdict: prayer: what goes wrong on the way is printed
# finding: claim: end to end by its folder, with a mock for the program
# finding: blind-place: the command, and that its output is captured as text
# finding: deaf-test: five argument places and more, none noticed
def test_label_end_to_end():
    with patch("orders.subprocess.run") as run:
        run.return_value.returncode = 0
        try:
            orders.label(["labels"], 7)
        except Exception as error:
            print(error)

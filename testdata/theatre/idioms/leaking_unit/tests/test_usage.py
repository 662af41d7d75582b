import sqlite3

import tenants


# verdict: witness: a real database, in the folder of the test, and nothing hidden about it
def test_usage_reads_database(tmp_path):
    path = tmp_path / "meter.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE usage (tenant TEXT, mb INT)")
        connection.execute("INSERT INTO usage VALUES ('acme', 12)")
    connection.close()
    assert tenants.usage(path, "acme") == 12
    assert tenants.usage(path, "nobody") == 0

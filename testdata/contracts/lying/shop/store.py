import sqlite3


def names(path, customer):
    connection = sqlite3.connect(path)
    query = "SELECT name FROM purchase WHERE customer = ? AND token = ? ORDER BY name"
    return connection.execute(query, (customer, "t")).fetchall()


def forget(path, customer):
    connection = sqlite3.connect(path)
    connection.cursor().execute("DELETE FORM purchase WHERE customer = ?", (customer,))

"""What is done with accounts."""

import psycopg


def open_account(connection, name, owner):
    connection.execute("INSERT INTO account VALUES (%s, %s)", (name, owner))
    connection.commit()


def book(connection, name, cents):
    try:
        connection.execute("INSERT INTO entry VALUES (%s, %s)", (name, cents))
    except psycopg.errors.ForeignKeyViolation:
        connection.rollback()
        raise LookupError(name) from None
    connection.commit()


def balance(connection, name):
    row = connection.execute(
        "SELECT coalesce(sum(cents), 0) FROM entry WHERE account = %s", (name,)
    ).fetchone()
    return int(row[0])

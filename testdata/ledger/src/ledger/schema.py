"""The shape of the database."""


def migrate(connection):
    connection.execute("CREATE TABLE account (id text PRIMARY KEY, owner uuid NOT NULL)")
    connection.execute(entries(minimum=0))
    connection.commit()


def entries(minimum):
    return (
        "CREATE TABLE entry (account text NOT NULL REFERENCES account, cents bigint NOT NULL"
        f" CHECK (cents <> {minimum}))"
    )

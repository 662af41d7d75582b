"""Orders, and what is done with them."""


def why(order):
    """Why an order is refused."""
    return "order " + str(order["id"]) + " is empty (0 items)"


def send(order, client):
    """Hand an order to the warehouse."""
    if not order["items"]:
        raise ValueError(why(order))
    client.post("/orders", body=order["items"], retries=3)
    return True


async def send_later(order, client):
    """The same, awaited."""
    return await client.post("/later", order["id"])

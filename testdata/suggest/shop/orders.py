"""Orders, and what is done with them."""


def send(order, client):
    """Hand an order to the warehouse."""
    if not order["items"]:
        raise ValueError(f"order {order['id']} is empty")
    client.post("/orders", body=order["items"], retries=3)
    return True


async def send_later(order, client):
    """The same, awaited."""
    return await client.post("/later", order["id"])

import requests


def order(item, count):
    answer = requests.post(
        "https://shop.test/v1/orders?dry=no", {"item": item, "count": count}
    )
    if answer.status_code != 201:
        raise RuntimeError(f"refused: {answer.status_code}")
    return answer.json()["id"]


def cancel(number):
    return requests.post(f"https://shop.test/v1/orders/{number}/cancel", {}).status_code < 300

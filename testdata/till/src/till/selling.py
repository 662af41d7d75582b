import json
import smtplib
from email.message import EmailMessage
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen


class Declined(Exception):
    pass


def take(api_base, api_key, order, cents, card):
    form = {
        "amount": cents,
        "currency": "usd",
        "payment_method": card,
        "payment_method_types[]": "card",
        "confirm": "true",
        "metadata[order]": order,
    }
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": f"order-{order}"}
    asked = Request(f"{api_base}/v1/payment_intents", urlencode(form).encode(), headers)
    try:
        with urlopen(asked, timeout=30) as answer:
            return json.load(answer)
    except HTTPError as error:
        with error:
            said = json.load(error)["error"]
        if said["type"] == "card_error":
            raise Declined(said["message"]) from None
        raise


def receipt(host, port, to, payment):
    message = EmailMessage()
    message["From"] = "till@example.com"
    message["To"] = to
    message["Subject"] = f"Receipt for order {payment['metadata']['order']}"
    message.set_content(f"You paid ${payment['amount_received'] / 100:.2f}.")
    with smtplib.SMTP(host, port, timeout=30) as session:
        session.send_message(message)


def sell(stripe, mail, order, cents, card, to):
    payment = take(*stripe, order, cents, card)
    receipt(*mail, to, payment)
    return payment["id"]

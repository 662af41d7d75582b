"""Stripe's subscriptions, invoices and sessions, before anything was put into them."""

from __future__ import annotations

import secrets
from typing import Any

from refute.real.provider import Json
from refute.real.stripe.account import Account, listing
from refute.real.stripe.forms import flag

_EMPTY: Json = dict.fromkeys(
    (
        "application",
        "application_fee_percent",
        "billing_cycle_anchor_config",
        "cancel_at",
        "canceled_at",
        "customer_account",
        "days_until_due",
        "default_source",
        "description",
        "ended_at",
        "latest_invoice",
        "managed_payments",
        "next_pending_invoice_item_invoice",
        "on_behalf_of",
        "pause_collection",
        "pending_invoice_item_interval",
        "pending_setup_intent",
        "pending_update",
        "schedule",
        "test_clock",
        "transfer_data",
        "trial_end",
        "trial_start",
    )
)


def new_subscription(account: Account, customer: Json, currency: str, params: Json) -> Json:
    """A subscription without items, before anything was paid."""
    now = account.now()
    subscription = account.new(
        "subscription",
        **_EMPTY,
        automatic_tax={"disabled_reason": None, "enabled": False, "liability": None},
        billing_cycle_anchor=now,
        billing_mode={"type": "flexible", "flexible": {"proration_discounts": "included"}},
        billing_schedules=[],
        billing_thresholds=None,
        cancel_at_period_end=flag(params.get("cancel_at_period_end")),
        cancellation_details={"comment": None, "feedback": None, "reason": None},
        collection_method="charge_automatically",
        currency=currency,
        customer=customer["id"],
        default_tax_rates=[],
        discounts=[],
        invoice_settings={"account_tax_ids": None, "issuer": {"type": "self"}},
        metadata=params.get("metadata") or {},
        payment_settings={
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        start_date=now,
        status="incomplete",
        trial_settings={"end_behavior": {"missing_payment_method": "create_invoice"}},
    )
    subscription["items"] = listing(f"/v1/subscription_items?subscription={subscription['id']}", [])
    return subscription


def new_invoice(account: Account, customer: Json, currency: str, reason: str, **more: Any) -> Json:
    """An invoice without lines, a draft."""
    now = account.now()
    id = f"in_{secrets.token_hex(12)}"
    return account.new(
        "invoice",
        id,
        **dict.fromkeys(_AMOUNTS, 0),
        **dict.fromkeys(_NOTHING),
        account_country="US",
        attempted=False,
        auto_advance=True,
        automatic_tax={
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        billing_reason=reason,
        collection_method="charge_automatically",
        currency=currency,
        customer=customer["id"],
        customer_email=customer["email"],
        customer_name=customer["name"],
        customer_tax_exempt="none",
        customer_tax_ids=[],
        default_tax_rates=[],
        discounts=[],
        issuer={"type": "self"},
        lines=listing(f"/v1/invoices/{id}/lines", []),
        metadata={},
        payment_settings={
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        period_end=now,
        period_start=now,
        status="draft",
        status_transitions=dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        ),
        total_discount_amounts=[],
        total_pretax_credit_amounts=[],
        total_taxes=[],
        **more,
    )


_AMOUNTS = (
    "amount_due",
    "amount_overpaid",
    "amount_paid",
    "amount_paid_off_stripe",
    "amount_remaining",
    "amount_shipping",
    "attempt_count",
    "post_payment_credit_notes_amount",
    "pre_payment_credit_notes_amount",
    "starting_balance",
    "subtotal",
    "total",
    "subtotal_excluding_tax",
    "total_excluding_tax",
)
_NOTHING = (
    "automatically_finalizes_at",
    "customer_account",
    "account_name",
    "account_tax_ids",
    "application",
    "custom_fields",
    "customer_address",
    "customer_phone",
    "customer_shipping",
    "default_payment_method",
    "default_source",
    "description",
    "due_date",
    "effective_at",
    "ending_balance",
    "footer",
    "from_invoice",
    "hosted_invoice_url",
    "invoice_pdf",
    "last_finalization_error",
    "latest_revision",
    "next_payment_attempt",
    "number",
    "on_behalf_of",
    "receipt_number",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "test_clock",
    "webhooks_delivered_at",
)


_DAY = 86400
_ABSENT: Json = dict.fromkeys(
    (
        "after_expiration",
        "allow_promotion_codes",
        "billing_address_collection",
        "client_secret",
        "consent",
        "consent_collection",
        "currency_conversion",
        "customer_account",
        "customer_details",
        "invoice",
        "invoice_creation",
        "locale",
        "payment_intent",
        "payment_link",
        "payment_method_collection",
        "payment_method_configuration_details",
        "payment_method_options",
        "recovered_from",
        "saved_payment_method_options",
        "setup_intent",
        "shipping_address_collection",
        "shipping_cost",
        "submit_type",
        "subscription",
        "collected_information",
        "discounts",
        "origin_context",
        "integration_identifier",
        "managed_payments",
    )
)


def new_session(account: Account, lines: list[Json], mode: str, params: Json) -> Json:
    """A checkout session that waits for its customer."""
    total = sum(each["amount_total"] for each in lines)
    id = f"cs_test_{secrets.token_hex(29)}"
    return account.new(
        "checkout.session",
        id,
        **_ABSENT,
        adaptive_pricing=None,
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        cancel_url=params.get("cancel_url"),
        client_reference_id=params.get("client_reference_id"),
        currency=lines[0]["currency"],
        custom_fields=[],
        custom_text=dict.fromkeys(
            ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
        ),
        customer=params.get("customer"),
        customer_creation="always" if mode == "subscription" else "if_required",
        customer_email=params.get("customer_email"),
        expires_at=int(params.get("expires_at") or account.now() + _DAY),
        metadata=params.get("metadata") or {},
        mode=mode,
        payment_method_types=params.get("payment_method_types", ["card"]),
        payment_status="unpaid",
        permissions=None,
        phone_number_collection={"enabled": False},
        shipping_options=[],
        status="open",
        success_url=params.get("success_url"),
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode=params.get("ui_mode", "hosted_page"),
        url=f"https://checkout.stripe.com/c/pay/{id}",
        wallet_options=None,
    )

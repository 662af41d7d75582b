"""The page where customers pay, which stands in for Stripe's."""

from __future__ import annotations

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Payment (a stand-in for Stripe)</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 100dvh; margin: 0; padding: 1rem;
    box-sizing: border-box; background: light-dark(#eef0fb, #14151f); }
  main { background: light-dark(#fff, #1e2030); border-radius: 1rem; padding: 2rem;
    width: min(24rem, 100%); box-sizing: border-box; }
  h1 { font-size: 1.1rem; margin: 0; }
  .sum { font-size: 2.2rem; font-weight: 700; margin: .5rem 0; }
  button { font: inherit; font-weight: 600; width: 100%; padding: .7rem; margin: 1rem 0;
    border: 0; border-radius: .5rem; background: #4b43c9; color: #fff; cursor: pointer; }
  .note { font-size: .9rem; color: light-dark(#54566b, #aaaec6); }
  a { color: light-dark(#4b43c9, #aaa5ff); }
</style>
</head>
<body>
<main>
  <h1>Subscribe</h1>
  <p class="sum">${{ "%.2f"|format(session.amount_total / 100) }}</p>
  <p>a month, for {{ session.customer_email }}</p>
  <form method="post"><button>Pay with the test card</button></form>
  <p><a href="{{ session.cancel_url }}">Back, without paying</a></p>
  <p class="note">This page stands in for Stripe's: no money moves.</p>
</main>
</body>
</html>
"""

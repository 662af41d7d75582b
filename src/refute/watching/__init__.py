"""``refute watch``: see what was saved, run what it concerns, say what it changed."""

"""The smallest change to a test that notices a fault: what could be written, as pure functions."""

"""What tests and doubles are worth: facts and trials in, judgements out, by pure functions."""

"""What tests could look at and don't: places in test functions, and the values seen there."""

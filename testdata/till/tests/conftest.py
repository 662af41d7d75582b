pytest_plugins = ["refute.real.fixtures"]

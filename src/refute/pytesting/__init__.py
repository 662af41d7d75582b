"""What ``pytest --refute`` does once it is asked to: loaded by ``refute.pytest_plugin`` alone."""

"""What the two suites are worth: measured by refute and coverage, written to RESULTS.md."""

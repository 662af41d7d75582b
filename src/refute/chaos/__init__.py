"""What becomes of tests when the links to their dependencies go bad: `refute chaos`."""

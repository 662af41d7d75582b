"""`refute suggest`: changes to tests that notice what nobody noticed, each proven by trial."""

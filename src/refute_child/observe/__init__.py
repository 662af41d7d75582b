"""What is seen of the unchanged suite and of failing trials."""

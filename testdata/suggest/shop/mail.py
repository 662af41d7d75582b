"""Letters to customers."""


class Post:
    """Takes letters away."""

    def deliver(self, address, text, copies):
        """Hand it a letter."""
        raise OSError("there is no post here")


def remind(names):
    """Write to each of them."""
    post = Post()
    for number, name in enumerate(names):
        post.deliver(f"{name}@example.org", f"{id(names)} {number}", copies=2)
    return len(names)

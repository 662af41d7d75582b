"""The application that is sold: a page for one Matrix room, in a container of its own.

It knows nothing of the provisioner. Its environment tells it where the homeserver is and by which
account the room is its own; people sign in with accounts of that homeserver.
"""

from __future__ import annotations

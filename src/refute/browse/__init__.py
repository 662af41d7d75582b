"""``refute browse``: a saved report on the whole screen, by keyboard.

``entries`` and ``panes`` are pure functions of the judgement. Only ``app`` and ``rows`` know
Textual, which is an optional extra: import them where they are used.
"""

from __future__ import annotations

"""The pytest plugin of refute, inert: it costs nothing and does nothing until it is asked to.

pytest imports it in every run of every project that has refute installed, so that it may
import nothing of weight, register no hook that runs, and add no option that could clash.
"""

from __future__ import annotations

"""The report as one HTML file: no network, no build step, no script but its own.

Python turns the judgement into compact JSON; the style sheets and scripts in ``assets`` draw it.
The same material always gives the same bytes.
"""

from __future__ import annotations

from refute.report.html.material import Beside, Material
from refute.report.html.page import render

__all__ = ["Beside", "Material", "render"]

"""What runs beside the project's tests: standard library and pytest alone.

The controller puts this one package on the path of the project's interpreter, never its
own dependencies, so that no pin of the project can conflict with refute's.

PYTEST_DONT_REWRITE: it is imported before pytest begins, of which pytest would warn where refute
is installed beside the project, and warnings may be errors there.
"""

WIRE_VERSION = 1
"""Version of the records exchanged with the controller; both sides refuse another."""

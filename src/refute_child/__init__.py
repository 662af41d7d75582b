"""What runs beside the project's tests: standard library and pytest alone.

The controller puts this one package on the path of the project's interpreter, never its
own dependencies, so that no pin of the project can conflict with refute's.
"""

WIRE_VERSION = 1
"""Version of the records exchanged with the controller; both sides refuse another."""

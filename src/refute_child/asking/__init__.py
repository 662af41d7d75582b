"""Whether a real function ever lets an exception out that a double of it raises.

``asking`` hooks the call of a double and, where the double raises, asks; ``openings`` reads
where the exception could get out; ``trying`` calls the real function with every boundary call
left out and the exception raised in the place of one call after the other; ``culprits`` says
what can raise what.
"""

"""`refute init`: what a project needs to begin with refute, shown before it is written.

`looking` finds out what there is, `configuration` and `workflows` make the texts, and `writing`
shows and writes them. `files` holds what is copied; docs/ci has the same files.
"""

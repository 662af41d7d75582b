"""Do tests fail, and for the right reason? What `refute stability` does.

`session` is the whole of it on one page; `sweep` runs the suite in changed worlds, `search`
finds out why a test failed there, `shrink` finds the smallest part that is to blame, `brittle`
asks which tests break under rewrites; `values`, `document` and `text` are the result.
"""

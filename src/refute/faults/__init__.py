"""Everything that could be changed: each fault has a stable id, a place, a before and an after."""

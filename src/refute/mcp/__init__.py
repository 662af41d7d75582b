"""`refute mcp`: a server of the Model Context Protocol, for coding agents.

The server itself (`server`) answers from the saved report; whatever runs tests is done by a
process of its own (`worker`), which `calling` starts, listens to and stops.
"""

"""The bugs that a project had: read from git or from a catalogue, and put back into its code."""

"""The measures: addable counts with their denominators."""

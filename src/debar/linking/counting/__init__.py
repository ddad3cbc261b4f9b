"""Counting a platform's pairs on arrays, as the pair steps say, and reading what the asked pairs share."""

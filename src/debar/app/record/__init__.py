"""The public record: publish it, check one, prove one entry.

Law: what goes out names nobody; what comes in is believed for its signatures alone.
"""

"""The nouns that every room shares: money, identifiers, windows, reasons, problems, ports.

Law: nothing here opens a file, reads a clock, or imports another room. All values are frozen.
"""

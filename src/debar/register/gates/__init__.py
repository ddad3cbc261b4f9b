"""What the register in charge of gates keeps beside the log: the roster, the longest term, the certificates.

Law: a write is refused in its own transaction where a later register has taken over.
"""

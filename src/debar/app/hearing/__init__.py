"""The verbs of the other side: denials, contacts, appeals.

Law: what came in is recorded as it came; every step is an entry; nothing is filtered out of the file.
"""

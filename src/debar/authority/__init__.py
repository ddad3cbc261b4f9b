"""Outside authority: sanctions and watch lists, what a listing means, and who owns whom.

Law: a list says what somebody else decided. It opens a case; it never bans.
"""

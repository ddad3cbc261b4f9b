"""Names of organisations and people: read, weighed by how rare their words are, compared, and keyed.

Law: a name is evidence that anybody can plant. It finds candidates, it supports what other evidence
says, and it never bans.
"""

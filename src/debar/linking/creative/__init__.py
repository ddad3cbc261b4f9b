"""Evidence from ads alone: what accounts share in text, landing pages, launches, hours and audiences.

Law: every signal stands against a null model of chance, and only what chance does not explain at a stated
false discovery rate becomes evidence. All of it can be planted by an outsider: none of it carries a ban.
"""

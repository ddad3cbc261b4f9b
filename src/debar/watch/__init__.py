"""New accounts are compared with the debarred: the same evidence, the same weights as the ban.

Law: a hit holds a sign-up for a person to look at; it never bans by itself. Access evidence alone, an
agency's card or a shared office hold nobody.
"""

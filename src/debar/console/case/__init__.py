"""The case page: the network and its evidence, who is swept in by mistake, what if a fact is struck.

Law: every picture, sentence and number is worked out from the case version's own plan and the register's
judgements; nothing on the page is a second opinion.
"""

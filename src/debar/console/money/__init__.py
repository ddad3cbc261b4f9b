"""The money of a case: kept with each version, drawn, and given away.

Law: every figure is the ledger's; a picture stands beside the table that says the same.
"""

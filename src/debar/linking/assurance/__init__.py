"""What the numbers are worth: calibrated, bounded, audited without labels, tried on past bans.

Law: no figure here is measured on what it was fitted on, and none is given where the data cannot carry it.
"""

"""The transparency report: what was decided, appealed and reversed, counted from the register.

Law: every number comes from the log, with its denominator; a rate without one is not printed.
"""

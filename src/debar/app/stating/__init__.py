"""State reasons: to each account, to the public, and to the EU's database.

Law: everything that is stated comes from the plan, the register and the platform's rows; nothing is added.
"""

"""What an operator does for gates: build their table, put money gates before tables, keep copies fresh.

Law: each verb is one straight recipe; it joins the register and the clock to the gate's own functions.
"""

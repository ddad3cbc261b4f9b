"""The other side is heard: appeals with their steps, deadlines, guards and signed links.

Law: pure; every step is an entry of the register, and the state of an appeal is a fold over its entries.
Whoever decides an appeal did not take part in the decision.
"""

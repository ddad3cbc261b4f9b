"""HTTP for machines: the check that a proxy asks, health and metrics.

Law: whatever cannot be answered is answered with no, and says so; nothing that a caller writes into a query
or a body changes what is asked.
"""

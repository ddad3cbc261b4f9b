"""Who is behind whom: candidate pairs, their weights, and expansion from a named advertiser.

Law: SQL steps make the evidence, :mod:`debar.evidence` weighs it, and nothing here decides about people.
"""

"""The register: one append-only log of decisions, its tree, and what stands because of it.

Law: nothing is deleted, nothing is changed; a reversal is a new entry. What is private stands beside the
log and can be erased; the log and its tree hold commitments only.
"""

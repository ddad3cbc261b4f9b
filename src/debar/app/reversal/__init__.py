"""Undoing and confirming: a decision is lifted, varied or lapses, and everything that hung on it follows.

Law: what is changed about a decision is a plan, approved by two keys and applied in one transaction; a lapse
needs none, because nobody confirmed.
"""

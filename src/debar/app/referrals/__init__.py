"""Referrals: a decision told to a peer platform, and a peer's list that opens a case.

Law: nothing here can ban anybody; a peer's list becomes a file of questions, and a plan is made by a person.
"""

"""Statements of reasons in the form of the EU's DSA Transparency Database.

Law: a form is a projection of a statement of reasons and says nothing more; what the database would not take,
or should not be told, is refused here with the reason.
"""

"""The console: where people look at a case, decide, and sign.

Law: a page shows what is kept (a case's versions, the register), never a whole platform; whatever decides is
a form that works without JavaScript; and what a person may do is said beside each address.
"""

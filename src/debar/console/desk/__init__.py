"""A desk: the folder of one console, with its people, sessions, cases and views.

Law: what was decided is in the register; a desk holds who may sign in, what is being worked on, and who
looked at what. A version of a case never changes, and what was looked at is never forgotten.
"""

"""Pages about what the numbers are worth: a reliability plot, a look back at past bans.

Law: a page loads nothing, and says in words what its picture draws.
"""

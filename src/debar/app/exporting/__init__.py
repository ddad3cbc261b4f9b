"""A case as a folder: for a court or a journalist, who check it with their own tools.

Law: everything in the folder is in its list of digests, and what can be derived from something else in it is
checked against that.
"""

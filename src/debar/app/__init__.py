"""One function a verb: it joins the stores to the rooms below, and nothing else.

Law: a verb takes paths and choices and returns an :class:`Answer`; the command line and the console only
print it.
"""

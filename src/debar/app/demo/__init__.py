"""The story that must always work, in two acts.

Law: every line is computed by the verbs that a platform would use.
"""

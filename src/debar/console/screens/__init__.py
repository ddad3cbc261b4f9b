"""The screens: each is a list of addresses with what they show and do.

Law: a screen calls the verbs of :mod:`debar.app` and shows what is kept; it decides nothing itself.
"""

"""Readers of authority lists, one module a form.

Law: strict, and nothing is lost: what cannot be read becomes a problem with its place.
"""

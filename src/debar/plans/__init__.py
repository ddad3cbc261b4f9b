"""What will change, for whom and why: frozen, signed by two, stale when its base has moved.

Law: nothing happens to anyone except by the ``changes`` of an approved plan, and a plan never changes.
"""

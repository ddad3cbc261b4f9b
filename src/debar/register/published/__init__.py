"""The record as static files: tiles, proofs and cosignatures that anybody can check without us.

Law: what is published is made of leaves, hashes, public keys and signatures, and of nothing else; whoever
keeps one checkpoint can show it when the history behind it was changed.
"""

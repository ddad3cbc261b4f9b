"""Invented platforms whose owners are known, by several authors."""

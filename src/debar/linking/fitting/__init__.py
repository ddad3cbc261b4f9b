"""Fitting the weights to a platform, and printing them."""

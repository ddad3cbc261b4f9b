"""What a model that was told the owners makes of the same evidence: a ceiling."""

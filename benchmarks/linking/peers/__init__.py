"""The methods that debar is measured against, on the same normalised identifiers."""

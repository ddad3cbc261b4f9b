"""The sentences of notices, one table a language; each has the same keys and the same named values."""

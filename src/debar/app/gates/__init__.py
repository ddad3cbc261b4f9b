"""Gates as an operator sees them: tokens, fences, status, and the wait until a decision is in force."""

"""One investigation: who is in, who is out, who must be asked, and what the platform's own people said.

Law: a case sorts accounts by evidence and by reviewers' words; it decides nothing and stores nothing.
"""

"""How well accounts are linked, on invented worlds and on real labels, beside the peers."""

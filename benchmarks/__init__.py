"""Speed and quality, measured beside the peers: one command a benchmark."""

"""Public archives and unknown exports: import, look at, fetch and keep them."""

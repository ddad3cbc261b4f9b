"""Where ads are sold: bids, requests and the rows of orders and charges, each refused for who is debarred.

Law: each point says what it guarantees and what it lets through when it cannot know; ``docs/gate.md`` lists
them.
"""

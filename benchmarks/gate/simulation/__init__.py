"""A deterministic simulation of the gate protocol: the real cores, seeded clocks, network and crashes."""

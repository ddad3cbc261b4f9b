"""What stands, as one file that every process of a host shares: 40 million debarred keys in memory once.

Law: the table is never changed, only replaced; an answer rests on exact keys, so that a hash collision can
cost time and never an answer. ``docs/gate-table.md`` specifies the format to the byte.
"""

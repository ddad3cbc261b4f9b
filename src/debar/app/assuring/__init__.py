"""The verbs that say what the numbers are worth: calibrate, draw a sample, hand-overs, past bans.

Law: they measure; they change nothing that anybody is banned by, until a person passes their files on.
"""

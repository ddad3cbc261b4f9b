"""Outside authority on a platform: screening against lists, findings on record, and plans that cite both.

Law: a list and a finding are reasons to look and reasons to cite; nothing here bans.
"""

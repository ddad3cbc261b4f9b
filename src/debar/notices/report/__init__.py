"""Parts of the retrospective's page.

Law: every picture has its table; every figure has the rows behind it.
"""

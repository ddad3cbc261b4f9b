"""The verbs about money: intake of invoices, what was earned, books, rates, donations.

Law: figures come from the ledger; these verbs read, ask and record.
"""

"""The ledger room: every cent that an advertiser brought, balanced, and where it goes.

Law: it sees billing events and decisions, never suspicion; every posting has two times and every event
balances in its own currency.
"""

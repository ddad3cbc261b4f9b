"""Billing as platforms hand it over, turned into the event table: one module a shape.

Law: no amount is invented or lost; what a source leaves open is a finding, not a guess.
"""

from __future__ import annotations

from debar.intake.billing_shapes.google_invoices import import_google_invoices
from debar.intake.billing_shapes.rows import ImportedBilling
from debar.intake.billing_shapes.x_funding import import_x_funding

__all__ = ["ImportedBilling", "import_google_invoices", "import_x_funding"]

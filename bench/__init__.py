"""Measurements: ratios and figures of one run, never a verdict. ``make bench`` runs them."""

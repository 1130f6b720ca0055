"""Families by what they speak of: laws of numbers do not apply to vectors, which have laws of their own."""

from __future__ import annotations

from likelihoodkit.families import FAMILIES

NUMBERS = {name: family for name, family in FAMILIES.items() if not family.outcome.domain.vector}
VECTORS = {name: family for name, family in FAMILIES.items() if family.outcome.domain.vector}

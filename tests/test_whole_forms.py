"""A loss that is one function behind a family's own links is that function behind every other link, too.

An identity that comes in for typed formulas may fire inside a family's density first and leave it term by term: right,
but with fewer digits far out. No value at a moderate point would show that.
"""

from __future__ import annotations

import pytest

import likelihoodkit as lk
from likelihoodkit.families import FAMILIES
from likelihoodkit.links import LINKS
from likelihoodkit.primitives import Primitive


def whole(noise: object) -> set[str]:
    """Names of the functions that are losses of a family."""
    found = lk.derive(noise).derivation.expression.atoms(Primitive)
    return {type(f).__name__ for f in found if type(f).__name__.endswith("_loss")}


@pytest.mark.parametrize("name", FAMILIES)
def test_another_link_keeps_the_form(name: str) -> None:
    """One other link for each parameter: all would take minutes."""
    family = FAMILIES[name]
    own = whole(family)
    for parameter, slot in family.parameters.items() if own else ():
        if slot.link is not None:
            others = (row.name for row in LINKS.values() if row.fits(slot.domain) and not row.columns)
            for link in [other for other in others if other != slot.link.name][:1]:
                assert own <= whole(family(**{parameter: link})), (parameter, link)

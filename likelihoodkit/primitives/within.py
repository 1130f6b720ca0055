"""Losses of outcomes that are seen between two bounds only: the logarithm of the mass between over the density at y.

Each is one function of the outcome and both bounds, so that what the density and the mass have in common is not formed.
A bound that is no bound is the edge of the support. What slopes in a shape mean has no elementary form.
"""

from __future__ import annotations

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive


def _enter(stem: str, fixed: int, names: str, letters: str) -> Kind:
    """A loss with two parameters, or one, after the outcome and the bounds; and its slopes and curvatures."""

    def slope(order: str) -> Formula:
        return lambda *place: RECORDS[f"{stem}_{order}"].function(*place)

    orders = {"": list(names), **{one: [min(one + x, x + one, key=_rank(names)) for x in names] for one in names}}
    second = {order for one in names for order in orders[one]}

    def enter(what: str) -> Kind:
        rules = tuple(slope(order) for order in orders[what]) if what in orders else (None,) * len(names)
        latex = "".join(rf"\partial_{{{{{name}}}}}" for name in what) + letters
        return primitive(f"{stem}_{what}" if what else stem, None, ((None,) * fixed + rules), latex)

    return {what: enter(what) for what in (*sorted(second), *names, "")}[""]


def _rank(names: str) -> Formula:
    return lambda order: [names.index(letter) for letter in order]


def _latex(last: str) -> str:
    return rf"\log\frac{{{{P\left({{1}}\le Y\le{{2}}\mid {last}\right)}}}}{{{{p\left({{0}}\mid {last}\right)}}}}"


negative_binomial_within: Kind = _enter("negative_binomial_within", 3, "fa", _latex("{3},{4}"))
gamma_within: Kind = _enter("gamma_within", 3, "tn", _latex("{3},{4}"))
normal_within: Kind = _enter("normal_within", 3, "mt", _latex("{3},{4}"))
poisson_within: Kind = _enter("poisson_within", 3, "f", _latex("{3}"))

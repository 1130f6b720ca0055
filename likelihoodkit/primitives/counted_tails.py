"""Tails of laws of counts that have no closed form: of generalised Poisson, mixed Poisson, Skellam and log-series laws.

``f`` and ``a`` are the log mean and the log dispersion, of Skellam's law the logs of both rates, of the log-series law
``f`` is the logit of its probability. `likelihoodkit.numbers.counted` adds up as many digits as are asked for.
"""

from __future__ import annotations

from functools import partial

from likelihoodkit.primitives.record import RECORDS, Formula, Kind, primitive

#: by the number of parameters: derivative -> its derivatives in each
SLOPES: dict[int, dict[str, tuple[str, ...] | None]] = {
    1: {"": ("f",), "f": ("ff",), "ff": None},
    2: {"": ("f", "a"), "f": ("ff", "fa"), "a": ("fa", "aa"), "ff": None, "fa": None, "aa": None},
}
LAWS = {"generalized_poisson": 2, "poisson_inverse_gaussian": 2, "skellam": 2, "logarithmic": 1}


def _slope(stem: str, order: str) -> Formula:
    return lambda *place: RECORDS[f"{stem}_{order}"].function(*place)


def _enter(law: str, tail: str) -> Kind:
    stem, sign = f"log_{law}_{tail}", {"cdf": r"\le", "survival": ">"}[tail]
    places = ",".join(f"{{{1 + k}}}" for k in range(LAWS[law]))
    made: dict[str, Kind] = {}
    for order, slopes in SLOPES[LAWS[law]].items():
        rules = (None,) * LAWS[law] if slopes is None else tuple(_slope(stem, each) for each in slopes)
        name, derived = f"{stem}_{order}" if order else stem, "".join(rf"\partial_{{{{{each}}}}}" for each in order)
        latex = rf"{derived}\log P\left(Y{sign} {{0}}\mid {places}\right)"
        entered = partial(primitive, name, None, (None, *rules), latex, accurate="y whole")
        made[order] = entered() if order else entered(nonpositive=True)
    return made[""]


_KINDS = {(law, tail): _enter(law, tail) for law in LAWS for tail in ("cdf", "survival")}
#: what is itself a sum over counts
SUMMED: tuple[Kind, ...] = tuple(_KINDS.values())
log_generalized_poisson_cdf: Kind = _KINDS["generalized_poisson", "cdf"]
log_generalized_poisson_survival: Kind = _KINDS["generalized_poisson", "survival"]
log_poisson_inverse_gaussian_cdf: Kind = _KINDS["poisson_inverse_gaussian", "cdf"]
log_poisson_inverse_gaussian_survival: Kind = _KINDS["poisson_inverse_gaussian", "survival"]
log_skellam_cdf: Kind = _KINDS["skellam", "cdf"]
log_skellam_survival: Kind = _KINDS["skellam", "survival"]
log_logarithmic_cdf: Kind = _KINDS["logarithmic", "cdf"]
log_logarithmic_survival: Kind = _KINDS["logarithmic", "survival"]


def tail_names() -> dict[str, tuple[str, str, str]]:
    """Name -> the law, the tail and the order of the derivative."""
    return {
        f"log_{law}_{tail}{'_' if order else ''}{order}": (law, tail, order)
        for law, size in LAWS.items()
        for tail in ("cdf", "survival")
        for order in SLOPES[size]
    }

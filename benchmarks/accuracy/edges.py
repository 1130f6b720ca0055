"""What happens at the edge of each continuous support; writes benchmarks/accuracy/edges.md.

    python -m benchmarks.accuracy.edges

The limit of the density comes from the textbook formula in mpmath, closer and closer to the edge; what the package does
there comes from asking it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mpmath import mp, mpf

import likelihoodkit as lk
from benchmarks.accuracy.cases import AUDITED, HELD, textbook
from likelihoodkit.errors import SupportError

FILE = Path(__file__).with_name("edges.md")
NOTE = """Regenerate with `python -m benchmarks.accuracy.edges`. The limit of the density where the first of the
parameters that decide it (shape, inner, concentration, mean of a proportion times its concentration) is below, at and
above the value at which it changes; the others are 1. A family either takes the edge and returns the value, or refuses
it with a `SupportError` that names the row and what to use instead: a density of 0 or infinity is no likelihood.
"""
#: parameters tried: what decides the limit below, at and above its turning point; the others are 1 (a half if shares)
TURNS: dict[str, list[dict[str, str]]] = {
    "Gamma": [{"shape": s} for s in ("0.5", "1", "2")],
    "Weibull": [{"shape": s} for s in ("0.5", "1", "2")],
    "LogLogistic": [{"shape": s} for s in ("0.5", "1", "2")],
    "ChiSquared": [{"df": s} for s in ("1", "2", "3")],
    "Nakagami": [{"shape": s} for s in ("0.25", "0.5", "1")],
    "Burr": [{"inner": s} for s in ("0.5", "1", "2")],
    "BetaPrime": [{"concentration": "1", "mean": s} for s in ("0.25", "0.5", "1")],
    "Beta": [{"concentration": s} for s in ("1", "2", "4")],
}


def limit(name: str, setting: dict[str, str], *, high: bool) -> str:
    """The density's limit at the lower (or upper) end: 0, a number, or inf."""
    family = textbook.FAMILIES[name]
    usual = {parameter: "0.5" if link == "sigmoid" else "1" for parameter, link in family.parameters}
    with mp.workdps(300):
        values = [mpf({**usual, **setting}[parameter]) for parameter, _ in family.parameters]
        held = {k: mpf(v) for k, v in family.held.items()}
        near = [mpf(10) ** -k for k in (100, 200)]
        logs = [family.log_density(1 - e if high else e, *values, **held) for e in near]
        if abs(logs[1] - logs[0]) < mpf(10) ** -20:
            return mp.nstr(mp.exp(logs[1]), 5)
        return "inf" if logs[1] > logs[0] else "0"


def answer(name: str, edge: float) -> str:
    """What the package says: "value" or "SupportError"."""
    loss = lk.derive(AUDITED[name](**HELD.get(name, {})))
    try:
        value, gradient = loss.value_and_gradient(np.array([edge]), np.zeros((1, len(loss.outputs))))
    except SupportError:
        return "SupportError"
    return "value" if np.isfinite(value).all() and np.isfinite(gradient).all() else "not finite"


def table() -> str:
    """The whole file."""
    rows = []
    for name, family in AUDITED.items():
        domain = family.outcome.domain
        if name not in textbook.FAMILIES or domain.whole or domain.circular or domain.low == -np.inf:
            continue
        for high in (False, True) if domain.high == 1 else (False,):
            edge = domain.high if high else domain.low
            limits = [limit(name, setting, high=high) for setting in TURNS.get(name, [{}])]
            settings = [", ".join(f"{k} {v}" for k, v in setting.items()) for setting in TURNS.get(name, [])]
            words = "; ".join(f"{s}: {v}" for s, v in zip(settings, limits, strict=True)) if settings else limits[0]
            rows.append(f"| {name} | {domain.name} | {edge:g} | {words} | {answer(name, edge)} |")
    head = "| family | support | edge | limit of the density | the package |\n|---|---|---|---|---|"
    return "\n".join(["# At the edge of the support", "", NOTE, head, *rows]) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8")

"""The pictures of a diagnosis, one function per name in the table of breaks. Needs matplotlib (extra ``plot``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.special import ndtri

from likelihoodkit.diagnose.evidence import Evidence
from likelihoodkit.diagnose.influence import influence
from likelihoodkit.errors import InputError

DATA, LAW = "#4063a0", "#c0392b"
SMALL = {"s": 9, "alpha": 0.5, "color": DATA, "linewidths": 0}


def residuals(evidence: Evidence, ax: Any) -> None:
    """Residuals along the first column, or along the fitted centre."""
    name, x = next(iter(evidence.columns.items()), ("fitted centre", evidence.centre))
    ax.scatter(x, evidence.z, **SMALL)
    for height in (-1.96, 0, 1.96):
        ax.axhline(height, color=LAW, lw=0.8, ls="-" if height == 0 else ":")
    ax.set(xlabel=name, ylabel="quantile residual")


def spread(evidence: Evidence, ax: Any) -> None:
    """The fitted spread of each row against its fitted centre."""
    ax.scatter(evidence.centre, evidence.spread, **SMALL)
    ax.set(xlabel="fitted centre", ylabel="fitted spread", yscale="log")


def quantiles(evidence: Evidence, ax: Any) -> None:
    """Quantile residuals against the normal quantiles they should follow."""
    z = np.sort(evidence.z)
    theory = ndtri((np.arange(evidence.n) + 0.5) / evidence.n)
    ax.plot(theory, theory, color=LAW, lw=1)
    ax.scatter(theory, z, **SMALL)
    ax.set(xlabel="normal quantile", ylabel="quantile residual")


def density(evidence: Evidence, ax: Any) -> None:
    """The residuals' histogram beside the normal density."""
    z = evidence.z[np.isfinite(evidence.z)]
    ax.hist(z, bins=max(10, round(2 * len(z) ** (1 / 3))), density=True, color=DATA, alpha=0.5)
    grid = np.linspace(-4, 4, 161)
    ax.plot(grid, np.exp(-grid * grid / 2) / np.sqrt(2 * np.pi), color=LAW, lw=1)
    ax.set(xlabel="quantile residual", ylabel="density")


def counts(evidence: Evidence, ax: Any) -> None:
    """Square roots of how often each count occurs and should occur (a rootogram)."""
    top = int(np.quantile(evidence.y, 0.99)) + 1
    value = np.arange(min(top, 60) + 1)
    seen = [(evidence.y == v).sum() for v in value]
    expected = [np.exp(evidence.belief.log_density(float(v))).sum() for v in value]
    ax.bar(value, np.sqrt(seen), color=DATA, alpha=0.5, label="seen")
    ax.plot(value, np.sqrt(expected), color=LAW, marker="o", ms=3, lw=1, label="expected")
    ax.set(xlabel="count", ylabel="square root of rows")
    ax.legend(frameon=False)


def transform(evidence: Evidence, ax: Any) -> None:
    """The histogram of the probability integral transform, which should be flat."""
    bins = 20
    ax.hist(evidence.u, bins=np.linspace(0, 1, bins + 1), color=DATA, alpha=0.5)
    mean = evidence.n / bins
    reach = 1.96 * np.sqrt(mean * (1 - 1 / bins))
    ax.axhline(mean, color=LAW, lw=1)
    ax.axhspan(mean - reach, mean + reach, color=LAW, alpha=0.1)
    ax.set(xlabel="probability integral transform", ylabel="rows")


def coverage(evidence: Evidence, ax: Any) -> None:
    """The share of outcomes inside central intervals against the share that should be."""
    nominal = np.linspace(0.01, 0.99, 99)
    inside = (np.abs(evidence.u - 0.5)[:, None] < nominal / 2).mean(axis=0)
    reach = 1.96 * np.sqrt(nominal * (1 - nominal) / evidence.n)
    ax.fill_between(nominal, nominal - reach, nominal + reach, color=LAW, alpha=0.1)
    ax.plot(nominal, nominal, color=LAW, lw=1)
    ax.plot(nominal, inside, color=DATA)
    ax.set(xlabel="central interval should hold", ylabel="holds")


def reliability(evidence: Evidence, ax: Any) -> None:
    """How often it happened against how often it was predicted, in tenths of the rows."""
    order = np.argsort(evidence.centre, kind="stable")
    parts = np.array_split(order, 10)
    chance = np.array([evidence.centre[p].mean() for p in parts])
    seen = np.array([evidence.y[p].mean() for p in parts])
    error = np.array([1.96 * np.sqrt((evidence.centre[p] * (1 - evidence.centre[p])).sum()) / len(p) for p in parts])
    ax.plot([0, 1], [0, 1], color=LAW, lw=1)
    ax.errorbar(chance, seen, yerr=error, fmt="o", ms=4, color=DATA)
    ax.set(xlabel="predicted probability", ylabel="share seen")


def bearing(evidence: Evidence, ax: Any) -> None:
    """Residuals against leverage, the most influential rows named."""
    found = influence(evidence)
    if found is None:
        quantiles(evidence, ax)
        return
    ax.scatter(found.leverage, evidence.z, **SMALL)
    for row in np.argsort(-found.influence)[:3]:
        ax.annotate(str(row), (found.leverage[row], evidence.z[row]), fontsize=8)
    ax.set(xlabel="leverage", ylabel="quantile residual")
    ax.locator_params(axis="x", nbins=5)


PICTURES: dict[str, Callable[[Evidence, Any], None]] = {
    "residuals": residuals,
    "spread": spread,
    "quantiles": quantiles,
    "density": density,
    "counts": counts,
    "transform": transform,
    "coverage": coverage,
    "reliability": reliability,
    "influence": bearing,
}


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as problem:
        raise InputError("pictures need matplotlib", remedy="pip install 'likelihoodkit[plot]'") from problem
    return plt


def draw(name: str, evidence: Evidence, ax: Any, *, title: str) -> Any:
    """Draw one picture into ``ax``, or into a new figure; gives the Axes."""
    if ax is None:
        _, ax = _pyplot().subplots(figsize=(4.5, 3.4), layout="constrained")
    PICTURES[name](evidence, ax)
    ax.set_title(title, fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def grid(findings: Sequence[Any]) -> Any:
    """One picture per finding, three in a row; broken ones have red titles. Gives the Figure."""
    plt = _pyplot()
    across = min(3, len(findings))
    down = -(-len(findings) // across)
    figure, axes = plt.subplots(down, across, figsize=(4 * across, 3 * down), layout="constrained", squeeze=False)
    for ax, finding in zip(axes.flat, findings, strict=False):
        finding.plot(ax)
        ax.set_title(
            f"{finding.name}, p = {finding.p_value:.2g}", fontsize=10, color=LAW if finding.broken else "black"
        )
    for ax in list(axes.flat)[len(findings) :]:
        ax.set_visible(False)
    return figure

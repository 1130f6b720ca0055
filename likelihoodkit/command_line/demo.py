"""One data set, four assumptions: how the estimate moves, why, and who is to blame.

Newcomb timed light over 7442 metres 66 times in 1882; two of his times are far off. Each assumption about the noise
is fitted, told in four lines, proved to be a named loss, and drawn: the belief over the data, and under each time the
blame it bears, -log p.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit import losses
from likelihoodkit.data import load
from likelihoodkit.declaration import Bound, bind
from likelihoodkit.explain.plain import Plain
from likelihoodkit.explain.scribe import Scribe, readable
from likelihoodkit.families import Huber, Laplace, Normal, StudentT
from likelihoodkit.fit import fit
from likelihoodkit.loss import derive
from likelihoodkit.prove import prove

Array = NDArray[np.float64]
FAR = 10.0  # times below this are the two outliers, -44 and -2


@dataclass(frozen=True)
class Assumption:
    """A noise to fit, and the claim to prove about it with its scale held."""

    noise: Bound
    claim: Bound
    loss: Any
    remark: str


@dataclass(frozen=True)
class Outcome:
    """What one assumption makes of the data; ``blame`` is -log p of each time."""

    assumption: Assumption
    estimate: float
    error: float
    without: float
    loglik: float
    belief: Any
    blame: Array


def assumptions() -> tuple[Assumption, ...]:
    """The four assumptions."""
    return (
        Assumption(
            bind(Normal, {}),
            bind(Normal, {"scale": 1}),
            losses.squared_error,
            "errors pull in proportion to their size",
        ),
        Assumption(bind(Laplace, {}), bind(Laplace, {"scale": 1}), losses.absolute_error, "every error pulls alike"),
        Assumption(
            bind(StudentT, {}), bind(StudentT, {"scale": 1, "df": 4}), losses.cauchy(2), "wild errors lose their pull"
        ),
        Assumption(
            bind(Huber, {"threshold": 1.345}),
            bind(Huber, {"threshold": 1.345, "scale": 1}),
            losses.huber(1.345),
            "the pull of an error is capped",
        ),
    )


def outcome(assumption: Assumption, y: Array) -> Outcome:
    """Fit one assumption to all times, and again without the two outliers."""
    found, clean = fit(assumption.noise, y), fit(assumption.noise, y[y > FAR])
    first = assumption.noise.outputs[0]
    belief = found.distribution()
    blame = -np.array([float(np.asarray(belief.log_density(np.array([value])))[0]) for value in y])
    return Outcome(
        assumption,
        found.params[first]["intercept"],
        found.standard_errors[first]["intercept"],
        clean.params[first]["intercept"],
        found.loglik,
        belief,
        blame,
    )


def demonstrate(folder: str | Path = "out") -> tuple[int, dict[str, Any], str]:
    """Run the demonstration; give (exit code, plain data, text) and write ``newcomb.png`` where matplotlib is there."""
    start = time.perf_counter()
    data = load("newcomb")
    y = np.asarray(data["time"], dtype=np.float64)
    found = [outcome(assumption, y) for assumption in assumptions()]
    proofs = [prove(a.claim, reduces_to=a.loss) for a in assumptions()]
    far = ", ".join(f"{value:g}" for value in y[y < FAR])
    lines = [f"{data.title} ({data.year}): {len(y)} times, two of them far off ({far})."]
    lines += ["", *_table(found, y)]
    for result, proof in zip(found, proofs, strict=True):
        lines += ["", *_steps(result.assumption), *_verdict(proof)]
    picture = draw(found, y, Path(folder))
    advice = "No picture: it needs matplotlib, as in pip install likelihoodkit[plot]"
    lines += ["", f"Picture: {picture}" if picture else advice, f"Done in {time.perf_counter() - start:.1f} s."]
    plain = {
        "data": data.name,
        "rows": len(y),
        "fits": [
            {
                "noise": repr(r.assumption.noise),
                "estimate": r.estimate,
                "standard_error": r.error,
                "estimate_without_outliers": r.without,
                "loglik": r.loglik,
                "blame_of_outliers": float(r.blame[y < FAR].sum() / r.blame.sum()),
                "proof": proof.to_json(),
            }
            for r, proof in zip(found, proofs, strict=True)
        ],
        "picture": str(picture) if picture else None,
    }
    return (0 if all(proofs) else 1), plain, "\n".join(lines)


def _table(found: list[Outcome], y: Array) -> list[str]:
    head = f"{'assumption':<24} {'estimate':>16} {'without the two':>16} {'moved by':>9} {'log-lik.':>9} {'blame':>7}"
    lines = [head, "-" * len(head)]
    for r in found:
        share = r.blame[y < FAR].sum() / r.blame.sum()
        lines.append(
            f"{_name(r):<24} {f'{r.estimate:.2f} ± {r.error:.2f}':>16} {r.without:>16.2f} "
            f"{r.estimate - r.without:>+9.2f} {r.loglik:>9.2f} {share:>7.0%}"
        )
    best = max(found, key=lambda r: r.loglik)
    lines.append(f"Of the four, {_name(best)} makes these times most probable: {best.assumption.remark}.")
    return lines


def _name(result: Outcome) -> str:
    return repr(result.assumption.noise).removesuffix("()")


def _steps(assumption: Assumption) -> list[str]:
    """The recipe in four lines."""
    loss = derive(assumption.noise)
    family, scribe = assumption.noise.family, Scribe(loss)
    links = ", ".join(f"{name} = {scribe.plain.doprint(value)}" for name, value in loss.derivation.parameters.items())
    text = scribe.plain.doprint(readable(loss.derivation.expression))
    centre = next(iter(family.parameters))
    return [
        repr(assumption.noise).removesuffix("()"),
        f"  1 choose    log p = {scribe.plain.doprint(family.formula)}",
        f"  2 link      {links}",
        f"  3 minimise  loss = {text}",
        f"  4 infer     predict the mode, which is {centre}",
    ]


def _verdict(proof: Any) -> list[str]:
    if not proof:
        return [f"  {line}" for line in str(proof).splitlines()]
    factor, constant = Plain().doprint(proof.scale), float(sp.N(proof.constant))
    return [f"  {proof.verdict}    {proof.left} = {factor}·{proof.right.removesuffix('()')} + {constant:.6g}"]


# -- the picture -------------------------------------------------------------------------------------------------

INK, SOFT, BELIEF, GRID = "#22313f", "#7b8794", "#2a7f8e", "#e4e8eb"


def draw(found: list[Outcome], y: Array, folder: Path) -> Path | None:
    """Belief curves over the data, a bar of blame under each time: ``folder/newcomb.png``; None without matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.colors import LinearSegmentedColormap
        from matplotlib.figure import Figure
    except ImportError:
        return None
    heat = LinearSegmentedColormap.from_list("blame", ["#f3d9a4", "#e08e45", "#b5312c"])
    figure = Figure(figsize=(12.5, 8.6), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    outer = figure.add_gridspec(2, 2, left=0.065, right=0.985, top=0.865, bottom=0.07, hspace=0.30, wspace=0.13)
    worst = max(r.blame.max() for r in found)
    highest = max(float(_density(r, np.array([r.estimate]))[0]) for r in found)
    for place, result in enumerate(found):
        inner = outer[place].subgridspec(2, 1, height_ratios=[1.75, 1], hspace=0.0)
        above = figure.add_subplot(inner[0])
        below = figure.add_subplot(inner[1], sharex=above)
        _belief(above, result, y, highest)
        _blame(below, result, y, worst, heat)
        if place % 2:
            above.set_ylabel("")
            below.set_ylabel("")
    figure.text(0.065, 0.955, "One data set, four assumptions about its noise", fontsize=19, weight="bold", color=INK)
    figure.text(
        0.065,
        0.918,
        "Newcomb's 66 times for light to travel 7442 m (1882). Above: what each fitted noise believes. "
        "Below: the blame of each time, −log p.",
        fontsize=11.5,
        color=SOFT,
    )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "newcomb.png"
    figure.savefig(path)
    return path


def _density(result: Outcome, x: Array) -> Array:
    return np.exp([float(np.asarray(result.belief.log_density(np.array([v])))[0]) for v in x])


def _dress(axes: Any) -> None:
    for side in ("top", "right", "left", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0, labelsize=9.5, colors=SOFT)
    axes.set_axisbelow(True)


def _belief(axes: Any, result: Outcome, y: Array, highest: float) -> None:
    _dress(axes)
    x = np.linspace(-50.0, 48.0, 700)
    p = _density(result, x)
    axes.fill_between(x, p, color=BELIEF, alpha=0.16, linewidth=0)
    axes.plot(x, p, color=BELIEF, linewidth=2.2)
    top = 1.22 * highest
    values, counts = np.unique(y, return_counts=True)
    step = 0.026 * top  # times that repeat are stacked
    for value, count in zip(values, counts, strict=True):
        axes.scatter(
            np.full(count, value), step * (np.arange(count) + 0.55), s=13, color=INK, alpha=0.85, linewidths=0, zorder=3
        )
    axes.axvline(result.estimate, color=BELIEF, linewidth=1.1, linestyle=(0, (4, 3)), zorder=1)
    axes.set_xlim(-50, 48)
    axes.set_ylim(0, top)
    axes.set_yticks([])
    axes.set_ylabel("belief", color=SOFT, fontsize=10.5)
    axes.tick_params(labelbottom=False)
    axes.set_title(_name(result), loc="left", fontsize=14, weight="bold", color=INK, pad=7)
    axes.set_title(result.assumption.remark, loc="right", fontsize=10.5, color=SOFT, style="italic", pad=8)
    moved = result.estimate - result.without
    lines = [
        f"estimate {result.estimate:.2f} ± {result.error:.2f}",
        f"the two outliers move it by {moved:+.2f}".replace("-", "−"),
        "log-likelihood " + f"{result.loglik:.1f}".replace("-", "−"),
    ]
    axes.text(-48, 0.93 * top, "\n".join(lines), fontsize=10.5, color=INK, va="top", linespacing=1.55)


def _blame(axes: Any, result: Outcome, y: Array, worst: float, heat: Any) -> None:
    _dress(axes)
    order = np.unique(y)
    blame = {float(value): float(result.blame[y == value][0]) for value in order}
    for value, amount in blame.items():
        colour = heat(min(1.0, amount / (0.75 * worst)))
        axes.bar(value, amount, width=0.78, color=colour, linewidth=0, zorder=2)
    axes.set_ylim(1.24 * worst, 0)  # the bars hang below their times
    axes.set_yticks([5, 10, 15, 20, 25] if worst > 20 else [5, 10])
    axes.grid(axis="y", color=GRID, linewidth=0.9)
    axes.axhline(0, color=INK, linewidth=1.1, zorder=4)
    axes.set_ylabel("blame", color=SOFT, fontsize=10.5)
    for value in (v for v in order if v < FAR):
        axes.annotate(
            f"{blame[float(value)]:.1f}", (value, blame[float(value)]), xytext=(0, -4), textcoords="offset points",
            ha="center", va="top", fontsize=9.5, color=INK,
        )  # fmt: skip
    axes.set_xlabel("time − 24 800 ns", color=SOFT, fontsize=10)

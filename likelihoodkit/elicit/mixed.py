"""What noises made of components ask for: each component what it asks for alone, of its share of every outcome."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from likelihoodkit.declaration.binding import Part
from likelihoodkit.declaration.places import places
from likelihoodkit.elicit.answers import NOT_SHOWN, Functional
from likelihoodkit.elicit.matched import entries, random_outputs, recombined
from likelihoodkit.loss import Loss, derive
from likelihoodkit.primitives import pick
from likelihoodkit.rows.layout import columns

Array = NDArray[Any]
_DRAWS = 200


class Components:
    """A loss of one number whose noise is a weighted sum of others, looked at with one row of outputs."""

    def __init__(self, loss: Loss, rng: np.random.Generator) -> None:
        self.loss, self.f = loss, random_outputs(loss, rng)
        self.parts = [part for _, part in loss.bound.family.components]
        found = loss.parameters(self.f)
        self.weights = [_number(w, {name: v[0] for name, v in found.items()}) for w, _ in loss.bound.family.components]
        drawn = np.ravel(loss.distribution(self.f).sample(rng, _DRAWS))
        self.y = np.concatenate([drawn, [part for part in self.parts if isinstance(part, float)]])
        self.rows = np.repeat(self.f, len(self.y), axis=0)

    def outputs(self, part: Part) -> Array:
        """The outputs of one component, (n, v)."""
        starts, _ = _columns(self.loss)
        where = {inner: (outer, entry) for inner, outer, entry in part.places}
        chosen = [where[name] for name in derive(part.bound).outputs]
        return self.rows[:, [starts[outer] + (entry or 0) for outer, entry in chosen]]

    @property
    def shares(self) -> list[Array]:
        """The probability that each component made an outcome, (n,) each."""
        whole = self.loss(self.y, self.rows)
        return [
            w * np.exp(whole) * (self.y == part) if isinstance(part, float)
            else w * np.exp(whole - derive(part.bound)(self.y, self.outputs(part), on_invalid="inf"))
            for w, part in zip(self.weights, self.parts, strict=True)
        ]  # fmt: skip

    @property
    def psi(self) -> Array:
        """What the equations say has mean zero, (n, m)."""
        shares = self.shares
        predicted = set(self.loss.outputs)
        blocks = [np.empty((len(self.y), 0))]
        if any(str(s) in predicted for w, _ in self.loss.bound.family.components for s in w.free_symbols):
            blocks += [(r - w)[:, None] for r, w in zip(shares[:-1], self.weights[:-1], strict=True)]
        for share, part in zip(shares, self.parts, strict=True):
            if isinstance(part, Part) and derive(part.bound).outputs:
                slopes = derive(part.bound).gradient(self.y, self.outputs(part), on_invalid="inf")
                blocks.append(share[:, None] * slopes.reshape(len(self.y), -1))
        return np.concatenate(blocks, axis=1)

    @property
    def slopes(self) -> Array:
        """The gradient of the loss, (n, w)."""
        return np.asarray(self.loss.gradient(self.y, self.rows).reshape(len(self.y), -1))

    @property
    def seen(self) -> bool:
        """Does the outcome say which component made it?"""
        return all(bool(np.all((r < 1e-12) | (r > 1 - 1e-12))) for r in self.shares)


def _columns(loss: Loss) -> tuple[dict[str, int], dict[str, int]]:
    """Where the outputs of each parameter begin, and how many there are."""
    sizes = {name: columns(place.size, entries(loss), 0) for name, place in places(loss.bound).outputs.items()}
    return dict(zip(sizes, map(int, np.cumsum([0, *sizes.values()])), strict=False)), sizes


def _number(weight: sp.Expr, found: dict[str, Any]) -> float:
    """A weight, an entry of a row of weights or a number of its own, with numbers put in."""
    weight = weight.replace(pick, lambda row, k: sp.Float(float(found[row.name][int(k)])))
    return float(weight.xreplace({s: sp.Float(float(found[s.name])) for s in weight.free_symbols}))


def of_components(loss: Loss) -> Functional | None:
    """The functional of a mixture or of a noise with extra zeros; None where it is none, or has shared parameters."""
    from likelihoodkit.elicit import elicits

    if not loss.bound.family.components or loss.shared or loss.inputs:
        return None
    rng = np.random.default_rng(0)
    places_ = [Components(loss, rng) for _ in range(2)]
    if not all(recombined(at.slopes, at.psi) for at in places_):
        return None
    components = places_[0]
    inner = [part for part in components.parts if isinstance(part, Part) and derive(part.bound).outputs]
    asked = [elicits(part.bound) for part in inner]
    weights = sorted({str(s) for w, _ in loss.bound.family.components for s in w.free_symbols} & set(loss.outputs))
    if components.seen:
        return _seen(components, weights, asked)
    names = "; ".join(f"{name}: M-functional" for name in loss.outputs)
    share = "E[r_k] is the weight of k, " if weights else ""
    equation = (
        f"{share}and with outcomes weighted by r_k: {_unlike(asked)}; r_k = P(component k | y) of the model, "
        "for every component k"
    )
    alike = _alike(components, inner)
    return Functional(
        names if len(loss.outputs) > 1 else "M-functional", equation=equation.removeprefix("and "),
        unique="no" if alike else NOT_SHOWN,
        why="the gradient is that of each component times its share r_k of the outcome (looked at with "
        f"{len(components.y)} outcomes, at 2 random predictions)" + (f"; {alike}" if alike else ""),
    )  # fmt: skip


def _unlike(asked: Sequence[Functional]) -> str:
    """The equations of the components, once where they are the same."""
    told = list(dict.fromkeys(found.equation for found in asked))
    return " and ".join(told)


def _alike(components: Components, inner: Sequence[Part]) -> str:
    """What is said of two components that may change places; the empty text where none may."""
    for one, two in pairwise(inner):
        if one.bound != two.bound or len(inner) != len(components.parts):
            continue
        moved = _exchanged(components, one, two)
        gap = np.abs(components.loss(components.y, moved) - components.loss(components.y, components.rows)).max()
        if gap < 1e-12 * len(components.y):
            return "components of one kind may change places: the loss is the same then"
    return ""


def _exchanged(components: Components, one: Part, two: Part) -> Array:
    """The outputs with two components in each other's places."""
    loss = components.loss
    starts, sizes = _columns(loss)
    moved = components.rows.copy()
    first, second = components.parts.index(one), components.parts.index(two)
    pairs = [(starts["weights"] + first, starts["weights"] + second)] if sizes.get("weights", 1) > 1 else []
    if not pairs and "weights" in sizes:  # one output for two weights: the other way round is the negative
        moved[:, starts["weights"]] *= -1
    for (_, outer, i), (_, other, j) in zip(one.places, two.places, strict=True):
        if outer in starts and (outer, i) != (other, j):
            pairs.append((starts[outer] + (i or 0), starts[other] + (j or 0)))
    for i, j in pairs:
        moved[:, [i, j]] = moved[:, [j, i]]
    return moved


def _seen(components: Components, weights: Sequence[str], asked: Sequence[Functional]) -> Functional:
    """Where the outcome says which component it is from: probabilities of the values apart, the rest by itself."""
    atoms = [part for part in components.parts if isinstance(part, float)]
    chances = ", ".join(f"P(y = {atom:g})" for atom in atoms)
    other = " or ".join(f"{atom:g}" for atom in atoms)
    (rest,) = asked or (None,)
    told = [f"{name}: {chances}{' and the rest' if len(atoms) > 1 else ''}" for name in weights]
    lines = [f"{name} = {chances}" for name in weights]
    if rest is not None:
        told.append(f"where y is not {other}: {rest}")
        lines.append(f"given that y is not {other}: {rest.equation}")
    return Functional(
        "; ".join(told), equation="; ".join(lines), unique="" if rest is None else lambda: rest.unique,
        why=f"an outcome says which component it is from, {other} or the rest"
        + (f"; of the rest: {rest.why}" if rest is not None else ""),
    )  # fmt: skip

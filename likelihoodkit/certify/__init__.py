"""Certifying a family: is it a distribution, are its closed forms true, are its numbers right?

``check`` trusts nothing that is declared. Its reference is the declared log-density alone, evaluated in mpmath and
integrated or summed here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from likelihoodkit.certify.accuracy import against_mpmath, far_out
from likelihoodkit.certify.audit import COMPARED, MOST, Audit, audit
from likelihoodkit.certify.compound import compound_rows
from likelihoodkit.certify.conditions import mode, moments, probabilities, sampling, scores, unit_mass
from likelihoodkit.certify.report import Report, Row
from likelihoodkit.certify.subject import CLASSES, Subject
from likelihoodkit.certify.vectors import vector_rows
from likelihoodkit.declaration import Held, InputsLoss
from likelihoodkit.declaration.binding import exact_number
from likelihoodkit.errors import DerivationError, UnknownNameError
from likelihoodkit.loss import Loss, derive
from likelihoodkit.primitives import VectorSymbol
from likelihoodkit.primitives.distances import frozen

GRIDS = ("moderate", "extreme")
#: vectors on the extreme grid: differences in mpmath take the place of derivatives, so few are compared, at few digits
VECTORS: dict[str, Any] = {"most": 1000, "compared": 12, "digits": 240, "reach": 30.0}


@np.errstate(all="ignore")  # a density that overflows is told in the report
def check(noise: Any, grid: str = "moderate", seed: int = 0) -> Report:
    """Certify a family, or one with parameters bound, and report condition by condition.

    Conditions: unit mass; score of mean zero; Fisher information; value, gradient and Hessian against mpmath; no NaN
    and no false infinity on a grid of outputs ("moderate": to +-30; "extreme": to +-1e300, where the numbers are
    compared with the truth too) and outcomes; declared expectation, variance, entropy, cdf, survival,
    quantile, median and mode; samples; steps of the derivation.
    Parameters are drawn from the typical ranges of their domains with ``seed``. What cannot be decided is reported
    as open with its reason and does not fail.

    Raises `DerivationError` for a named loss, `UnknownNameError` for an unknown grid.

    >>> import likelihoodkit as lk
    >>> from likelihoodkit.certify import check
    >>> check(lk.Poisson).passed
    True
    """
    if grid not in GRIDS:
        raise UnknownNameError(f"there is no grid {grid!r}", value=grid, remedy=f"Grids: {', '.join(GRIDS)}")
    loss = derive(noise)
    if loss.bound.family.sign > 0:
        raise DerivationError(
            f"{loss.name} is a loss, not a noise: there is no density to certify",
            family=loss.name,
            remedy="Check the noise that the loss assumes",
        )
    if "classes" in loss.inputs and loss.bound.family.outcome.domain.vector:  # as many as the check has columns for
        classes = Held(exact_number(CLASSES))
        bindings = tuple((name, classes if name == "classes" else how) for name, how in loss.bound.bindings)
        loss = derive(replace(loss.bound, bindings=bindings))
    subject = Subject(loss)
    if loss.bound.family.outcome.entries or loss.bound.family.parts:
        return Report(repr(loss.bound), (*compound_rows(subject, check, grid, seed), _steps(subject)))
    generator = np.random.default_rng(seed)
    if loss.bound.family.outcome.domain.vector:
        certified = (*vector_rows(subject, generator), _steps(subject))
        if grid == "moderate":
            return Report(repr(loss.bound), certified)
        found = audit(subject, seed, **VECTORS)
        return Report(repr(loss.bound), (*certified, *found.rows()), found.counts())
    points = subject.draw(3, generator, central=True)
    rows = [
        unit_mass(subject, points),
        *scores(subject, points[:2]),
        *against_mpmath(subject, subject.draw(12, generator), generator),
        *far_out(subject, generator),
        *moments(subject, points),
        *probabilities(subject, points),
        *mode(subject, points),
        sampling(subject, points, generator),
        _steps(subject),
    ]
    if grid == "moderate":
        return Report(repr(loss.bound), tuple(rows))
    found = audit(subject, seed)
    return Report(repr(loss.bound), (*rows, *found.rows()), found.counts())


def check_numbers(noise: Any, seed: int = 0, most: int = MOST, compared: int = COMPARED) -> Report:
    """The numbers alone, on the extreme grid: of a noise or of a named loss, which has no density to certify.

    ``most`` combinations of outputs and outcomes are looked at, ``compared`` of them are compared with the truth. An
    outcome with several columns (an interval) or whose entries depend on each other is refused (`DerivationError`).

    >>> import likelihoodkit as lk
    >>> from likelihoodkit.certify import check_numbers
    >>> check_numbers(lk.losses.hinge).passed
    True
    """
    loss = noise if isinstance(noise, Loss) else derive(noise)
    if issubclass(loss.bound.family, InputsLoss):
        loss = Loss(loss.bound)  # the same programs, called with all inputs side by side
    outcome = loss.bound.family.outcome
    targets = outcome.domain.sums_to_one and loss.bound.family.sign > 0  # probabilities to be met, edges included
    vectors = any(isinstance(s, VectorSymbol) for s in loss.derivation.predicted.values())
    if vectors and loss.derivation.expression.has(frozen):
        raise DerivationError(
            f"{loss.name}: what is held still has a gradient that is not that of the value", family=loss.name
        )
    if outcome.entries or (outcome.domain.vector and not targets):
        raise DerivationError(f"{loss.name}: outcomes of this kind are not put on the grid", family=loss.name)
    found = audit(Subject(loss), seed, most, compared)
    return Report(repr(loss.bound), tuple(found.rows()), found.counts())


def _steps(subject: Subject) -> Row:
    derivation = subject.derivation
    wrong = [step.rule for step in derivation.steps if not step.check(within=derivation.within)]
    return Row("every step holds", not wrong, float(len(wrong)), 0.0, ", ".join(wrong))


__all__ = ["Audit", "Report", "Row", "check", "check_numbers"]

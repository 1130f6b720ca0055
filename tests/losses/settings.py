"""Every named loss with typical settings, and outcomes and outputs to try it on."""

from __future__ import annotations

from typing import Any

import numpy as np

from likelihoodkit import losses, supports
from likelihoodkit.declaration import InputsLoss
from likelihoodkit.loss import Loss

SETTINGS: dict[str, tuple[tuple[Any, ...], ...]] = {
    "huber": ((1.0,), (0.25,)),
    "smooth_l1": ((1.0,), (0.25,)),
    "pseudo_huber": ((1.0,), (3.0,)),
    "pinball": ((0.9,), (0.25,)),
    "expectile": ((0.8,), (0.1,)),
    "cauchy": ((1.0,), (2.5,)),
    "epsilon_insensitive": ((0.5,), (0.0,)),
    "tukey": ((4.685,), (1.0,)),
    "welsch": ((2.5,), (1.0,)),
    "geman_mcclure": ((2.5,), (1.0,)),
    "linex": ((1.5,), (-0.5,)),
    "quantile_huber": ((0.9, 1.0), (0.25, 0.5)),
    "barron": ((1.0, 2.0), (2.0, 1.5), (0.0, 1.0), (-2.0, 2.0), (-0.7, 1.0)),
    "tweedie_deviance": ((1.5,), (1.2,)),
    "weighted_cross_entropy": ((2.0, 3.0),),
    "label_smoothed_binary": ((0.1,),),
    "asymmetric": ((1.0, 4.0, 0.05), (0.0, 2.0, 0.0)),
    "poly1": ((2.0,), (-0.5,)),
    "generalized_cross_entropy": ((0.7,), (1.0,)),
    "label_smoothing": ((0.1,),),
    "temperature": ((2.5,),),
    "multiclass_focal": ((2.0,), (0.0,)),
    "symmetric_cross_entropy": ((0.1, 1.0),),
    "class_weighted": (([1.0, 2.0, 0.5, 3.0],),),
    "prior_shifted": (([0.1, 0.2, 0.3, 0.4], [0.25, 0.25, 0.25, 0.25]),),
    "forward_corrected": (
        ([[0.9, 0.1, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.1, 0.2, 0.7, 0.0], [0.0, 0.0, 0.25, 0.75]],),
    ),
    "info_nce": ((0.1,), (1.0,)),
    "focal": ((2.0,), (0.5,), (0.0,), (2.0, 0.25)),
}


#: losses whose rows are sequences, or whose gradient is not that of their value: tests of their own
ELSEWHERE = {"sequence_cross_entropy", "ctc", "crf", "beta_nll"}
#: losses of several named arrays: tests of their own (test_inputs.py)
INPUTS = {name for name in losses.names() if issubclass(losses.declaration(name), InputsLoss)}


#: settings of those that the other tables leave out
MORE: dict[str, tuple[Any, ...]] = {
    "contrastive": (2.0,), "triplet": (1.0,), "cosine_embedding": (0.1,), "circle": (0.25, 4.0), "beta_vae": (4.0,),
    "beta_nll": (0.5,),
}  # fmt: skip


def one(name: str) -> Loss:
    """A loss of the catalogue with typical settings."""
    entry = getattr(losses, name)
    settings = MORE.get(name) or (SETTINGS[name][0] if name in SETTINGS else None)
    return entry if settings is None else entry(*settings)


def named_rows(loss: Loss, rows: int, seed: int = 0) -> dict[str, Any]:
    """Inputs of a loss that takes them by name: labels, numbers, vectors of two latents or three other entries."""
    rng = np.random.default_rng(seed)
    found = {}
    for name in loss.names:
        row = loss.bound.family.parameters.get(name, loss.bound.family.outcome)
        if row.domain.classes == 2:
            found[name] = rng.integers(0, 2, rows).astype(float)
        else:
            wide = (2 if row.domain.name == "latents" else 3,) if row.domain.vector else ()
            found[name] = rng.normal(size=(rows, *wide))
    return found


def any_rows(loss: Loss, rows: int) -> tuple[Any, Any]:
    """(y, outputs) of a loss that takes these, sequences and directions too."""
    rng = np.random.default_rng(1)
    special = {
        "beta_nll": lambda: (rng.normal(size=rows), rng.normal(size=(rows, 2))),
        "info_nce": lambda: (rng.integers(0, 4, rows).astype(float), rng.normal(size=(rows, 4))),
        "cosine_distance": lambda: (rng.normal(size=(rows, 4)), rng.normal(size=(rows, 4))),
        "sequence_cross_entropy": lambda: (rng.integers(0, 3, (rows, 4)).astype(float), rng.normal(size=(rows, 4, 3))),
        "ctc": lambda: (rng.integers(1, 3, (rows, 2)).astype(float), rng.normal(size=(rows, 6, 3))),
        "crf": lambda: (rng.integers(0, 3, (rows, 4)).astype(float), rng.normal(size=(rows, 21))),
    }
    return special[loss.name]() if loss.name in special else random_rows(loss, rows)


def instances() -> list[Loss]:
    """All losses of the catalogue, those with settings at each of the typical ones."""
    found: list[Loss] = []
    for name in losses.names():
        if name in ELSEWHERE | INPUTS:
            continue
        entry = getattr(losses, name)
        found += [entry(*settings) for settings in SETTINGS[name]] if name in SETTINGS else [entry]
    return found


def random_rows(loss: Loss, rows: int, seed: int = 0) -> tuple[Any, Any]:
    """(y, outputs) with ``rows`` rows, outcomes in the support; K = 4 classes."""
    rng = np.random.default_rng(seed)
    support = loss.bound.family.outcome.domain
    if support.name == "costs":
        return rng.integers(0, 9, (rows, 4)).astype(float), 4 * rng.normal(size=(rows, 4))
    if support.vector:
        return rng.dirichlet(np.full(4, 0.7), rows), 4 * rng.normal(size=(rows, 4))
    if support == supports.classes:
        return rng.integers(0, 4, rows).astype(float), 4 * rng.normal(size=(rows, 4))
    if support.classes == 2:
        return rng.integers(0, 2, rows).astype(float), 4 * rng.normal(size=rows)
    if support.sums_to_one or support.vector:
        return rng.dirichlet(np.full(4, 2.0), rows), 4 * rng.normal(size=(rows, 4))
    if support.low == 0:
        return rng.gamma(2.0, 1.5, rows), rng.normal(size=rows)
    return 2 * rng.normal(size=rows), 2 * rng.normal(size=rows)

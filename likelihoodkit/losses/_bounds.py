"""Losses made of noises: the divergence of one noise from another, and the evidence bound of a decoder with latents."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import sympy as sp

from likelihoodkit.declaration import FamilyMeta, InputsLoss, as_bound, bind, outcome, parameter
from likelihoodkit.declaration.binding import Bound, Held
from likelihoodkit.errors import BindingError
from likelihoodkit.links import Link
from likelihoodkit.losses._divergence import PRIOR, kl_formula, symbols
from likelihoodkit.losses._inputs import NamedInputs
from likelihoodkit.primitives import is_vector, sum_over
from likelihoodkit.supports import Support

#: what the decoder's symbols begin with while the formula is put together
_DECODER = "decoder_"


def kl(noise: Any, other: Any) -> NamedInputs:
    """KL(noise, other) = E[log p(Y) - log q(Y)] of each row as a loss in the predicted parameters of both.

    What is predicted is an input on its link scale, (n, L) for L independent latents whose divergences are summed; for
    a vector noise (Categorical, Dirichlet) its K outputs. Inputs have the names of the parameters, those of ``other``
    with "prior_" before them. The formula is `kl_formula`.

    Raises `DerivationError` where the pair has no closed form and `BindingError` where nothing is predicted.

    >>> import likelihoodkit as lk, numpy as np
    >>> loss = lk.losses.kl(lk.Normal(scale="exp"), lk.Normal(mean=0, scale=1))
    >>> loss
    losses.kl(Normal(scale='exp'), Normal(mean=0, scale=1))
    >>> value, gradient = loss.value_and_gradient(mean=[[1.0, 0.0]], scale=[[0.0, 1.0]])
    >>> value.round(6), gradient["mean"]
    (array([2.694528]), array([[1., 0.]]))
    """
    p, q = as_bound(noise), as_bound(other)
    body: dict[str, Any] = {
        "__doc__": f"Kullback-Leibler divergence of {p!r} from {q!r}, summed over independent latents.\n\nElicits, on "
        "its own, the second. No noise is behind it: it is what a bound on a likelihood pays for an approximate "
        "posterior.\n\nSource: Kullback and Leibler (1951), Annals of Mathematical Statistics 22, 79-86.",
        "__module__": __name__,
    }
    moves = _inputs(body, p, "", "") | _inputs(body, q, PRIOR, PRIOR)
    return _made("kl", (p, q), body, _summed(kl_formula(p, q), moves))


def evidence_bound(decoder: Any, posterior: Any, prior: Any) -> NamedInputs:
    """Minus the evidence lower bound: the decoder's negative log-likelihood at one draw, plus KL(posterior, prior).

    Inputs: y, (n, D) for D independent outcomes of the decoder's noise, then its predicted parameters (n, D) under
    their names, then those of the posterior (n, L) with "posterior_" before them. The prior is held, or its predicted
    parameters follow with "prior_". Draws are the caller's: the decoder's outputs are computed from them.

    Raises as `kl` does; a decoder of vector outcomes is refused.

    >>> import likelihoodkit as lk
    >>> bound = lk.losses.evidence_bound(lk.Bernoulli, lk.Normal, lk.Normal(mean=0, scale=1))
    >>> bound.names
    ('y', 'probability', 'posterior_mean', 'posterior_scale')

    Source: Kingma and Welling (2014), Auto-encoding variational Bayes, ICLR, eq. 3.
    """
    noise, p, q = as_bound(decoder), as_bound(posterior), as_bound(prior)
    domain = noise.family.outcome.domain
    if domain.vector or domain.upper is not None or domain.entries:
        raise BindingError(
            f"evidence_bound repeats a decoder of one number; {noise.name} is about {domain.words}", family=noise.name
        )
    data = replace(domain, name="data rows", words=f"rows of {domain.words}", vector=True, fewest=1)
    body: dict[str, Any] = {
        "__doc__": f"Minus the evidence bound of {noise!r} with latents of {p!r} before {q!r}.\n\nElicits the "
        "decoder's parameters and the posterior that fits them. The noise behind it is the model's own, where the "
        "posterior is exact.\n\nSource: Kingma and Welling (2014), Auto-encoding variational Bayes, ICLR, eq. 3.",
        "__module__": __name__,
        "y": outcome(data),
    }
    own = symbols(noise, _DECODER)
    likelihood = noise.family.formula.xreplace({noise.family.parameters[n].symbol: v for n, v in own.items()})
    moves = {noise.family.outcome.symbol: body["y"]} | _inputs(body, noise, _DECODER, "", data.name)
    decoded = _summed(-likelihood, moves)
    latents = _inputs(body, p, "", "posterior_") | _inputs(body, q, PRIOR, PRIOR)
    return _made("evidence_bound", (noise, p, q), body, decoded + _summed(kl_formula(p, q), latents))


def _inputs(body: dict[str, Any], bound: Bound, symbol: str, name: str, group: str = "latents") -> dict[Any, Any]:
    """Declare the predicted parameters of a noise as inputs, by the symbols that formulas have for them."""
    moves = {}
    for own, how in bound.bindings:
        if isinstance(how, Held):
            continue
        row = bound.family.parameters[own]
        if not isinstance(how, Link):
            raise BindingError(f"{bound!r}: {own} is shared: hold or predict it", family=bound.name, parameter=own)
        whole = any(one.domain.vector for one in bound.family.parameters.values())  # its numbers are numbers per row
        domain = row.domain if row.domain.vector or whole else _entries(row.domain)
        link = replace(how, range=_entries(how.range)) if domain.circular else how  # it serves each entry
        domain = replace(domain, name=group) if domain.vector and not domain.special else domain
        body[name + own] = parameter(domain, link=link)
        moves[symbols(bound, symbol)[own]] = body[name + own]
    return moves


def _entries(domain: Support) -> Support:
    return replace(domain, vector=True, fewest=1, words=f"rows of {domain.words}")


def _summed(formula: sp.Expr, moves: dict[Any, Any]) -> sp.Expr:
    """The formula in the inputs, summed over the entries that it is repeated for."""
    placed = formula.xreplace(moves)
    return sum_over(placed) if is_vector(placed) else placed


def _made(name: str, noises: tuple[Bound, ...], body: dict[str, Any], formula: sp.Expr) -> NamedInputs:
    body["loss"] = formula
    inputs = [key for key, value in body.items() if getattr(value, "role", "") == "parameter"]
    if not inputs:
        raise BindingError(
            f"{name}: nothing is predicted by {' and '.join(map(repr, noises))}",
            remedy="The number is losses.kl_formula(...).evalf()",
        )
    family = cast(Any, FamilyMeta(name, (InputsLoss,), body))
    family.spelling = (name, tuple(map(repr, noises)), frozenset(family.parameters))
    return NamedInputs(bind(family, {}))

"""The recipe, to read: a noise or a loss told in the four steps that students learn."""

from __future__ import annotations

from typing import Any

from likelihoodkit.explain.document import Explanation
from likelihoodkit.explain.recipe import tell
from likelihoodkit.loading.callables import make_callable
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss, derive

__all__ = ["Explanation", "explain"]


def explain(noise: Any) -> Explanation:
    """Tell how a noise becomes a loss, in four steps, each with its reason.

    ``noise`` is a family, a bound family, a named loss or a `Loss`. The result prints as plain text; `to_markdown`,
    `to_latex` and `to_html` give the same with typeset formulas, and notebooks show it so.

    >>> import likelihoodkit as lk
    >>> print(lk.explain(lk.Bernoulli).sections[2].title)
    3. Minimise the negative log-likelihood
    """
    return tell(derive(noise))


@register
def describe(loss: Loss) -> str:
    """What ``print(loss)`` shows."""
    return str(tell(loss))


@register
def typeset(loss: Loss) -> str:
    """What a notebook shows of a loss."""
    return tell(loss)._repr_latex_()


make_callable(__name__, explain)

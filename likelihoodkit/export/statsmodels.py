"""A loss as a likelihood model of statsmodels: its summaries, tests and optimisers, our value, score and Hessian."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike

from likelihoodkit.errors import BindingError
from likelihoodkit.export.start import check_boostable
from likelihoodkit.loading.verbs import register
from likelihoodkit.loss import Loss


@register
def statsmodels_model(loss: Loss, y: ArrayLike, X: Any) -> Any:
    """`Loss.statsmodels`: a `GenericLikelihoodModel` of statsmodels, ready to ``fit``.

    Parameters
    ----------
    y : (n,) outcomes
    X : (n, p) array or data frame
        The design of the first parameter, its constant included (``statsmodels.api.add_constant``).

    Raises
    ------
    BindingError
        Parameters that are shared, vectors, or given with each row.

    ``lk.derive(lk.NegativeBinomial).statsmodels(y, sm.add_constant(x)).fit().summary()`` is the usual table.
    """
    check_boostable(loss)
    vectors = [name for name in loss.outputs if loss.bound.family.parameters[name].domain.vector]
    if vectors or loss.inputs or loss.bound.family.outcome.domain.vector:
        raise BindingError(
            f"{loss.bound!r} does not fit a design with one column of outcomes and numbers as parameters",
            family=loss.name,
            remedy="Fit it with lk.fit",
        )
    from likelihoodkit.export.statsmodels_noise import NoiseModel

    return NoiseModel(y, X, loss=loss)

"""The class behind `Loss.skpro`; importing this module imports skpro."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import ShapeError
from likelihoodkit.families import FAMILIES
from likelihoodkit.loading.frameworks import framework
from likelihoodkit.loss import derive

Array = NDArray[Any]
base = framework("skpro.distributions.base")
pandas = framework("pandas")


class NoiseDistribution(base.BaseDistribution):  # type: ignore[misc,name-defined]
    """One column of independent outcomes, each with the noise at its own outputs.

    Parameters
    ----------
    noise : bound noise; outputs : (n, w), or (w,) for a single number; index, columns : as skpro has them.
    """

    _tags = {  # noqa: RUF012  (skpro reads it from the class)
        "capabilities:exact": ["mean", "var", "pdf", "log_pdf", "pmf", "log_pmf", "cdf", "ppf"],
        "capabilities:approx": ["energy", "pdfnorm"],
        "distr:measuretype": "continuous",
        "distr:paramtype": "parametric",
        "broadcast_init": "off",
    }

    def __init__(self, noise: Any, outputs: Any, index: Any = None, columns: Any = None) -> None:
        self.noise, self.outputs = noise, outputs
        rows = np.asarray(outputs, dtype=np.float64)
        self._single = rows.ndim == 1
        if not self._single:
            index = pandas.RangeIndex(len(rows)) if index is None else index
            columns = pandas.RangeIndex(1) if columns is None else columns
            if len(columns) != 1 or len(index) != len(rows):
                raise ShapeError(
                    f"{noise.name}: {len(rows)} rows of outputs are one column of as many outcomes, not "
                    f"{len(index)} by {len(columns)}",
                    family=noise.name,
                )
        super().__init__(index=index, columns=columns)
        self.belief = derive(noise).distribution(np.atleast_2d(rows))
        if noise.family.outcome.domain.whole:
            self.set_tags(**{"distr:measuretype": "discrete"})

    def _subset_params(self, rowidx: Any, colidx: Any, coerce_scalar: bool = False) -> dict[str, Any]:  # noqa: ARG002
        rows = np.asarray(self.outputs, dtype=np.float64)
        if not self._single and rowidx is not None:
            rows = rows[rowidx] if coerce_scalar else np.atleast_2d(rows[rowidx])
        return {"noise": self.noise, "outputs": rows}

    def _given(self, answer: Array) -> Any:
        return float(answer[0]) if self._single else np.asarray(answer)[:, None]

    def _asked(self, values: Any) -> Array:
        return np.asarray(values, dtype=np.float64).reshape(-1)

    def _mean(self) -> Any:
        return self._given(self.belief.mean())

    def _var(self) -> Any:
        return self._given(self.belief.variance())

    def _log_pdf(self, x: Any) -> Any:
        return self._given(self.belief.log_density(self._asked(x)))

    def _pdf(self, x: Any) -> Any:
        return self._given(np.exp(self.belief.log_density(self._asked(x))))

    _log_pmf, _pmf = _log_pdf, _pdf

    def _cdf(self, x: Any) -> Any:
        return self._given(self.belief.cdf(self._asked(x)))

    def _ppf(self, p: Any) -> Any:
        return self._given(self.belief.quantile(self._asked(p)))

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:  # noqa: ARG003
        """Two beliefs to test with: amounts in rows, and one number."""
        pair = np.array([[0.0, 0.5], [1.0, -0.2], [0.3, 0.1]])
        return [
            {"noise": FAMILIES["Gamma"](), "outputs": pair, "index": pandas.Index([1, 2, 5]), "columns": ["a"]},
            {"noise": FAMILIES["Laplace"](), "outputs": np.array([0.5, 1.0])},
        ]

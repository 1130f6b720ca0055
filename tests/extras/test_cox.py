"""Cox regression as Plackett and Luce over the risk sets: standard errors against statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.hazard_regression import PHReg

import likelihoodkit as lk
from reference.truth import read


@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_standard_errors(ties: str) -> None:
    table = read("r_fits")
    entry, design = table[f"coxph_{ties}"], table["design"]
    X = np.column_stack([design["x"], design["z"]])
    time, event = np.array(entry["time"]), np.array(entry["event"], dtype=bool)
    loss = lk.derive(lk.PlackettLuce)
    information = np.zeros((2, 2))
    for moment in np.unique(time[event]):
        risk = np.flatnonzero(time >= moment)
        tied = np.flatnonzero(event[risk] & (time[risk] == moment))
        for passed, chosen in enumerate(tied):
            offset = np.zeros((1, len(risk)))
            if ties == "efron":
                offset[0, tied] = np.log1p(-passed / len(tied))
            scores = (X[risk] @ entry["coef"])[None]
            information += X[risk].T @ loss.hessian([[chosen]], scores, offset=offset)[0] @ X[risk]
    found = np.sqrt(np.diag(np.linalg.inv(information)))
    result = PHReg(time, X, status=event.astype(int), ties=ties).fit()
    np.testing.assert_allclose(result.params, entry["coef"], rtol=1e-5)
    np.testing.assert_allclose(found, result.bse, rtol=1e-4)

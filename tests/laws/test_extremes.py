"""Whatever a model puts out and whatever the support allows: value and gradient are never NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import strategies
from hypothesis import given
from hypothesis import strategies as st
from laws.subjects import subjects, under


def calls(label: str) -> st.SearchStrategy[tuple[list[float], list[list[float]], dict[str, Any]]]:
    """Six rows of outcomes and outputs, with what else the call needs."""
    subject = subjects()[label]
    keywords = subject.rows(6).keywords
    upper = subject.upper(keywords)
    outcome = strategies.outcomes(
        subject.bound.family.outcome.domain, None if upper is None else float(np.min(upper))
    )
    shared = st.lists(strategies.outputs, min_size=len(subject.bound.shared), max_size=len(subject.bound.shared))
    more = shared.map(lambda s: keywords | {"shared": s}) if subject.bound.shared else st.just(keywords)
    row = st.lists(strategies.outputs, min_size=subject.width, max_size=subject.width)
    return st.tuples(
        st.lists(outcome, min_size=6, max_size=6), st.lists(row, min_size=6, max_size=6), more
    )


@pytest.mark.parametrize("label", under("never NaN"))
def test_value_and_gradient_are_never_nan(label: str) -> None:
    loss = subjects()[label].loss

    @given(calls(label))
    def law(call: tuple[list[float], list[list[float]], dict[str, Any]]) -> None:
        y, outputs, keywords = call
        value, gradient = loss.value_and_gradient(y, outputs, **keywords)
        assert not np.isnan(value).any(), (y, outputs, keywords, value)
        assert not np.isnan(gradient).any(), (y, outputs, keywords, gradient)
        assert not np.isneginf(value).any() or not subjects()[label].bound.family.outcome.domain.discrete

    law()

"""Whatever a model puts out and whatever the support allows: value and gradient are never NaN."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings, strategies as st

import strategies
from laws.subjects import ENTRIES, EXEMPTIONS, STEPS, Exemption, subjects, under


def calls(label: str, reach: float) -> st.SearchStrategy[tuple[list[float], list[list[float]], dict[str, Any]]]:
    """Six rows of outcomes and outputs, with what else the call needs."""
    subject = subjects()[label]
    outputs = strategies.outputs(reach)
    domain = subject.bound.family.outcome.domain
    keywords = {k: v for k, v in subject.rows(6).keywords.items() if k != domain.total}
    upper = subject.upper(keywords)
    outcome: st.SearchStrategy[Any] = (
        strategies.vectors(domain, ENTRIES, STEPS)
        if domain.vector
        else strategies.outcomes(domain, None if upper is None else float(np.min(upper)))
    )
    shared = st.lists(outputs, min_size=subject.shared_width, max_size=subject.shared_width)
    more = shared.map(lambda s: keywords | {"shared": s}) if subject.bound.shared else st.just(keywords)
    row = st.lists(outputs, min_size=subject.width, max_size=subject.width)
    return st.tuples(st.lists(outcome, min_size=6, max_size=6), st.lists(row, min_size=6, max_size=6), more)


#: enough calls to meet a rare case; one is enough, and looking for a smaller one would take minutes
SEARCH = settings(max_examples=2000, phases=[phase for phase in Phase if phase not in {Phase.shrink, Phase.explain}])


def never_nan(label: str, reach: float, search: settings | None = None) -> None:
    """Raises AssertionError at the first call whose value or gradient is NaN."""
    subject = subjects()[label]
    loss = subject.loss
    discrete = subject.bound.family.outcome.domain.discrete

    @given(calls(label, reach))
    def law(call: tuple[list[float], list[list[float]], dict[str, Any]]) -> None:
        y, outputs, keywords = call
        value, gradient = loss.value_and_gradient(y, outputs, **keywords)
        assert not np.isnan(value).any(), (y, outputs, keywords, value)
        assert not np.isnan(gradient).any(), (y, outputs, keywords, gradient)
        assert not np.isneginf(value).any() or not discrete, (y, outputs, keywords, value)

    (law if search is None else search(law))()


#: by name: how far outputs reach. 300: every e^output and its square are numbers; 10000: none of them is
REACH = {"never NaN": 300.0, "never NaN far out": 1e4}


@pytest.mark.parametrize("label", under("never NaN"))
def test_value_and_gradient_are_never_nan(label: str) -> None:
    never_nan(label, REACH["never NaN"])


@pytest.mark.parametrize("label", under("never NaN far out"))
def test_value_and_gradient_are_never_nan_far_out(label: str) -> None:
    never_nan(label, REACH["never NaN far out"])


@pytest.mark.parametrize("exemption", EXEMPTIONS, ids=str)
def test_no_exemption_is_listed_that_is_not_needed(exemption: Exemption) -> None:
    assert exemption.reason
    assert exemption.subject in subjects()
    with pytest.raises(AssertionError):
        never_nan(exemption.subject, REACH[exemption.law], SEARCH)

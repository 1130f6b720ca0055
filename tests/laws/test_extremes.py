"""Whatever a model puts out and whatever the support allows: value and gradient are never NaN."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import draws
from laws.subjects import ENTRIES, EXEMPTIONS, STEPS, Exemption, subjects, under

ROWS = 200


def never_nan(label: str, reach: float, rows: int = ROWS) -> None:
    """Raises AssertionError with the rows whose value or gradient is NaN."""
    subject = subjects()[label]
    domain = subject.bound.family.outcome.domain
    rng = np.random.default_rng([zlib.crc32(label.encode()), int(reach)])
    keywords = {k: v for k, v in subject.rows(rows).keywords.items() if k not in {domain.total, "shared"}}
    upper = subject.upper(keywords)
    y = (
        draws.vectors(rng, domain, rows, ENTRIES, STEPS)
        if domain.vector
        else draws.outcomes(rng, domain, rows, None if upper is None else float(np.min(upper)))
    )
    outputs = draws.outputs(rng, reach, (rows, subject.width))
    step = 25 if subject.shared_width else rows  # rows of one call have their shared outputs in common
    for start in range(0, rows, step):
        part = slice(start, start + step)
        inputs = {name: given[part] for name, given in keywords.items()}
        if subject.shared_width:
            inputs["shared"] = draws.outputs(rng, reach, (1, subject.shared_width))[0]
        value, gradient = subject.loss.value_and_gradient(y[part], outputs[part], **inputs)
        lost = np.isnan(value) | np.isnan(gradient).any(axis=tuple(range(1, gradient.ndim)))
        assert not lost.any(), (y[part][lost], outputs[part][lost], inputs)
        assert not np.isneginf(value).any() or not domain.discrete, (y[part], outputs[part], inputs)


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
    with pytest.raises(AssertionError):
        never_nan(exemption.subject, REACH[exemption.law], rows=2000)

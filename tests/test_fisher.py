"""Fisher information is E[score score']: declared closed forms, and what is computed where none is declared."""

from __future__ import annotations

import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.compile import Runner
from likelihoodkit.expectation import expected_outer_product
from scope import NUMBERS as FAMILIES
from test_belief import HELD, loss_of, outputs_of


def outer_product(loss: lk.Loss, outputs: np.ndarray, **given: float) -> np.ndarray:
    rows = loss._read(None, outputs, given=given)
    return expected_outer_product(loss.derivation, Runner(loss.program("fused")), rows)


@pytest.mark.parametrize("name", FAMILIES)
def test_fisher_is_the_expected_outer_product_of_scores(name: str) -> None:
    loss, outputs = loss_of(name), outputs_of(name, 12)
    fisher, expected = loss.fisher(outputs), outer_product(loss, outputs)
    assert fisher.shape == expected.shape
    size = np.sqrt(np.einsum("ni,nj->nij", *2 * [np.einsum("nii->ni", fisher)]))
    assert np.max(np.abs(fisher - expected) / size) < 1e-8
    assert (np.linalg.eigvalsh(expected) > -1e-10).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_scores_have_mean_zero_and_fisher_is_the_expected_hessian(name: str) -> None:
    """The two definitions agree where the density is smooth: the mean Hessian over a large sample."""
    loss, outputs = loss_of(name), outputs_of(name, 1)
    many = np.repeat(outputs, 40_000, axis=0)
    y = loss.distribution(outputs).sample(np.random.default_rng(11), 40_000)[:, 0]
    scores = loss.gradient(y, many)
    variance = np.diag(loss.fisher(outputs)[0])
    z = scores.mean(axis=0) / np.sqrt(variance / 40_000)
    assert np.abs(z).max() < 4


def test_negative_binomial_information_by_the_textbook_sum() -> None:
    """Lawless (1987), eq. 2.6, with a = dispersion: the mean and the dispersion are orthogonal."""
    outputs = np.array([[1.0, -1.0], [3.0, 1.0], [-2.0, 0.0]])
    mean, a = np.exp(outputs).T
    found = lk.derive(lk.NegativeBinomial).fisher(outputs)
    j = np.arange(20_000.0)
    belief = lk.derive(lk.NegativeBinomial).distribution(outputs)
    beyond = belief.survival(np.broadcast_to(j[:, None], (j.size, 3)))  # P(Y > j) weighs the j-th term
    information = ((1 / (1 / a + j[:, None]) ** 2 * beyond).sum(axis=0) - a * mean / (mean + 1 / a)) / a**4
    np.testing.assert_allclose(found[:, 1, 1], information * a**2, rtol=1e-9)
    np.testing.assert_allclose(found[:, 0, 0], mean / (1 + a * mean), rtol=1e-12)
    np.testing.assert_allclose(found[:, 0, 1], 0, atol=1e-13)


def test_other_links_shared_parameters_and_columns() -> None:
    shared = lk.derive(lk.Gamma(shape=lk.shared))
    rows = shared._read(None, np.array([0.3, -1.0]), shared=[0.5])
    expected = expected_outer_product(shared.derivation, Runner(shared.program("fused")), rows)
    np.testing.assert_allclose(shared.fisher([0.3, -1.0], shared=[0.5]), expected, rtol=1e-10, atol=1e-13)
    softplus = lk.derive(lk.NegativeBinomial(dispersion="softplus"))
    assert softplus.fisher([[1.0, 0.0]]).shape == (1, 2, 2)
    binomial = lk.derive(lk.Binomial)
    np.testing.assert_allclose(binomial.fisher([0.0, 0.0], trials=[4, 8])[:, 0, 0], [1.0, 2.0])
    rows = binomial._read(None, np.zeros(2), given={"trials": [4, 8]})
    expected = expected_outer_product(binomial.derivation, Runner(binomial.program("fused")), rows)
    np.testing.assert_allclose(expected[:, 0, 0], [1.0, 2.0])


def test_float32_and_no_rows() -> None:
    loss = lk.derive(lk.NegativeBinomial)
    outputs = np.array([[1.0, -1.0]])
    assert loss.fisher(outputs.astype(np.float32)).dtype == np.float32
    np.testing.assert_allclose(loss.fisher(outputs.astype(np.float32)), loss.fisher(outputs), rtol=1e-6, atol=1e-7)
    assert loss.fisher(np.empty((0, 2))).shape == (0, 2, 2)


def test_a_family_of_ones_own_gets_its_information_by_quadrature() -> None:
    class Gauss(lk.Distribution):
        y = lk.outcome(lk.real)
        centre = lk.parameter(lk.real, link="identity")
        width = lk.parameter(lk.positive, link="exp")
        log_density = -(((y - centre) / width) ** 2) / 2 - lk.log(width) - lk.log(2 * lk.pi) / 2

    found = lk.derive(Gauss).fisher([[5.0, -8.0], [1e6, 3.0]])
    np.testing.assert_allclose(found[:, 0, 0], np.exp([16.0, -6.0]), rtol=1e-10)
    np.testing.assert_allclose(found[:, 1, 1], 2, rtol=1e-10)
    assert set(HELD) <= set(FAMILIES)


@pytest.mark.parametrize("scale", [-4.0, -14.0])
def test_a_narrow_component_is_seen_by_the_wide_one(scale: float) -> None:
    outputs = np.array([-2.4, -0.7, 0.9, 4.1, 0.4, scale])
    share = np.exp(outputs[:2]) / np.exp(outputs[:2]).sum()
    mean, width, slope = outputs[2:4], np.logaddexp(0, outputs[4:]), 1 / (1 + np.exp(-outputs[4:]))
    nodes, weights = np.polynomial.legendre.leggauss(20)
    edges = np.unique(np.concatenate([m + s * np.arange(-30, 31) for m, s in zip(mean, width, strict=True)]))
    half = np.diff(edges) / 2
    y = ((edges[:-1] + half)[:, None] + half[:, None] * nodes).ravel()
    z = (y - mean[:, None]) / width[:, None]
    each = share[:, None] * np.exp(-(z**2) / 2) / (width[:, None] * np.sqrt(2 * np.pi))
    belongs = each / each.sum(axis=0)
    score = np.concatenate(
        [belongs - share[:, None], belongs * z / width[:, None], belongs * (z**2 - 1) * (slope / width)[:, None]]
    )
    truth = np.einsum("ip,jp,p->ij", score, score, each.sum(axis=0) * (half[:, None] * weights).ravel())
    size = np.sqrt(np.outer(np.diag(truth), np.diag(truth)))
    found = lk.derive(lk.Mixture(lk.Normal, components=2)).fisher([outputs])[0]
    assert (np.abs(found - truth) <= 1e-9 * size).all()

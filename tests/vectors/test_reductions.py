"""What vectors and sequences come to in special cases, and what other programs say about them."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.numbers.vectors import VECTORS
from likelihoodkit.primitives import vector_kernels
from reference.truth import read

RNG = np.random.default_rng(20)


def packed(mean: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Outputs of a mean and a covariance: the mean, the logarithms of the diagonal of L, what is below it by rows."""
    lower = np.linalg.cholesky(matrix)
    return np.concatenate([mean, np.log(np.diag(lower)), lower[np.tril_indices(len(lower), -1)]])


# -- against R -----------------------------------------------------------------------------------------------------


def test_multivariate_normal_and_t_against_r() -> None:
    tables = read("r_fits")
    normal = tables["mvnormal"]
    outputs = np.tile(packed(np.array(normal["mean"]), np.array(normal["cov"])), (15, 1))
    np.testing.assert_allclose(-lk.derive(lk.MultivariateNormal)(normal["x"], outputs), normal["logpdf"], rtol=1e-9)
    for name in ("mvt_1", "mvt_30"):
        t = tables[name]
        row = np.append(packed(np.array(t["loc"]), np.array(t["scale"])), np.log(t["df"]))
        np.testing.assert_allclose(-lk.derive(lk.MultivariateT)(t["x"], np.tile(row, (15, 1))), t["logpdf"], rtol=1e-9)


def test_dirichlet_multinomial_against_r() -> None:
    table = read("r_fits")["dirichlet_multinomial"]
    alpha = np.array(table["alpha"])
    outputs = np.tile(np.append(np.log(alpha), np.log(alpha.sum())), (len(table["x"]), 1))
    found = -lk.derive(lk.DirichletMultinomial)(table["x"], outputs)
    np.testing.assert_allclose(found, table["logpmf"], rtol=1e-9)


@pytest.mark.parametrize("case", read("ctc_graves")["cases"], ids=lambda case: str(case["labels"]))
def test_alignments_against_graves(case: dict) -> None:
    """Six printed digits of his own implementation; probabilities are their logits."""
    loss = lk.derive(lk.Alignment(blank=case["blank"]))
    value, gradient = loss.value_and_gradient([case["labels"]], np.log(case["prob"])[None])
    assert value[0] == pytest.approx(case["nll"], abs=5e-6)
    if "grad_row0" in case:
        np.testing.assert_allclose(gradient[0, 0], case["grad_row0"], atol=5e-6)
        np.testing.assert_allclose(gradient[0, 2], case["grad_row2"], atol=5e-6)


# -- everything adds up to one -------------------------------------------------------------------------------------


def test_labellings_add_up_to_one() -> None:
    logits = RNG.normal(0, 3, (1, 3, 4))
    rows = [[*s, *[-1] * (3 - len(s))] for length in range(4) for s in itertools.product([1, 2, 3], repeat=length)]
    value = lk.derive(lk.Alignment)(np.array(rows), np.repeat(logits, len(rows), axis=0))
    assert abs(np.exp(-value).sum() - 1) < 1e-12
    assert np.isinf(value).sum() == 15  # of three labels, those with a repeat: no room for the blank between


def test_paths_rankings_and_counts_add_up_to_one() -> None:
    paths = np.array(list(itertools.product(range(3), repeat=4)))
    chain = lk.derive(lk.LinearChain)(paths, np.tile(RNG.normal(0, 2, 21), (81, 1)))
    orders = np.array(list(itertools.permutations(range(5))))
    ranks = lk.derive(lk.PlackettLuce)(orders, np.tile(RNG.normal(0, 2, 5), (120, 1)))
    counts = np.array([c for c in itertools.product(range(7), repeat=3) if sum(c) == 6])
    plain = lk.derive(lk.Multinomial)(counts, np.tile(RNG.normal(size=3), (28, 1)))
    mixed = lk.derive(lk.DirichletMultinomial)(counts, np.tile(RNG.normal(size=4), (28, 1)))
    for value in (chain, ranks, plain, mixed):
        assert abs(np.exp(-value).sum() - 1) < 1e-13


# -- special cases -------------------------------------------------------------------------------------------------


def test_one_number_is_the_family_of_numbers() -> None:
    y, outputs = RNG.normal(size=9), RNG.normal(size=(9, 3))
    for many, one in (
        (lk.MultivariateNormal, lk.Normal(scale="exp")),
        (lk.MultivariateT, lk.StudentT(scale="exp", df="exp")),
    ):
        width = len(lk.derive(one).outputs)
        mine, theirs = lk.derive(many), lk.derive(one)
        for verb in ("__call__", "gradient", "hessian"):
            found = getattr(mine, verb)(y[:, None], outputs[:, :width])
            np.testing.assert_allclose(found, getattr(theirs, verb)(y, outputs[:, :width]), rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(
            mine.fisher(outputs[:, :width]), theirs.fisher(outputs[:, :width]), rtol=1e-11, atol=1e-13
        )


def test_simple_matrices_are_sums_over_the_entries() -> None:
    y, mean, log_scale = RNG.normal(size=(9, 3)), RNG.normal(size=(9, 3)), RNG.normal(size=(9, 3))
    weighted = (((y - mean) * np.exp(-log_scale)) ** 2 / 2 + log_scale).sum(axis=1) + 1.5 * np.log(2 * np.pi)
    found = lk.derive(lk.MultivariateNormal(scale="diagonal"))(y, np.hstack([mean, log_scale]))
    np.testing.assert_allclose(found, weighted, rtol=1e-14)
    same = lk.derive(lk.MultivariateNormal(scale="isotropic"))(y, np.hstack([mean, log_scale[:, :1]]))
    plain = ((y - mean) ** 2).sum(axis=1) * np.exp(-2 * log_scale[:, 0]) / 2 + 3 * log_scale[:, 0]
    np.testing.assert_allclose(same, plain + 1.5 * np.log(2 * np.pi), rtol=1e-14)
    held = lk.derive(lk.MultivariateNormal(scale=2))(y, mean)
    np.testing.assert_allclose(held, lk.derive(lk.Independent(lk.Normal(scale=2), 3))(y, mean), rtol=1e-14)


def test_two_parts_are_beta_and_beta_binomial() -> None:
    p, logit, c = RNG.uniform(0.01, 0.99, 9), RNG.normal(size=9), RNG.normal(1, 1, 9)
    two = np.column_stack([logit, np.zeros(9), c])
    beta = lk.derive(lk.Beta)(p, np.column_stack([logit, c]))
    np.testing.assert_allclose(lk.derive(lk.Dirichlet)(np.column_stack([p, 1 - p]), two), beta, rtol=1e-12, atol=1e-13)
    k = RNG.integers(0, 13, 9)
    binomial = lk.derive(lk.BetaBinomial(trials=12))(k, np.column_stack([logit, c]))
    np.testing.assert_allclose(
        lk.derive(lk.DirichletMultinomial)(np.column_stack([k, 12 - k]), two), binomial, rtol=1e-12, atol=1e-13
    )


def test_one_trial_one_place_and_no_transitions_are_categorical() -> None:
    logits, y = RNG.normal(0, 2, (9, 4)), RNG.integers(0, 4, 9)
    plain = lk.derive(lk.Categorical)(y, logits)
    np.testing.assert_allclose(lk.derive(lk.Multinomial)(np.eye(4)[y], logits), plain, rtol=1e-14)
    np.testing.assert_allclose(lk.derive(lk.PlackettLuce)(y[:, None], logits), plain, rtol=1e-14)
    path = RNG.integers(0, 4, (9, 3))
    steps = RNG.normal(0, 2, (9, 3, 4))
    chain = lk.derive(lk.LinearChain(transitions=np.zeros((4, 4))))(path, steps)
    alone = [lk.derive(lk.Categorical)(path[:, t], steps[:, t]) for t in range(3)]
    np.testing.assert_allclose(chain, np.sum(alone, axis=0), rtol=1e-13)


def test_a_large_concentration_is_multinomial() -> None:
    counts, logits = RNG.multinomial(7, [0.2, 0.3, 0.5], 5), RNG.normal(size=(5, 3))
    for c in (40.0, 1000.0):
        mixed = lk.derive(lk.DirichletMultinomial)(counts, np.column_stack([logits, np.full(5, c)]))
        np.testing.assert_allclose(mixed, lk.derive(lk.Multinomial)(counts, logits), rtol=1e-12)


def test_extreme_scores_are_exact() -> None:
    chain = lk.derive(lk.LinearChain)
    outputs = np.zeros((1, 3, 2))
    outputs[0, 0] = 1000, -1000  # one step: then two rows of transitions
    for label, loss, slope in ((0, 0.0, 0.0), (1, 2000.0, 1.0)):
        value, gradient = chain.value_and_gradient([[label]], outputs)
        assert value[0] == loss
        np.testing.assert_array_equal(gradient[0, 0], [slope, -slope])
    value, gradient = lk.derive(lk.Alignment).value_and_gradient([[1], [1]], [[[1000.0, -1000.0]], [[-1000.0, 1000.0]]])
    np.testing.assert_array_equal(value, [2000.0, 0.0])
    np.testing.assert_array_equal(gradient[:, 0, 1], [-1.0, 0.0])
    normal = lk.derive(lk.MultivariateNormal)
    value, gradient = normal.value_and_gradient([[1e-300, 1e300]], [[0.0, 0.0, -690.0, 690.0, 0.0]])
    sizes = 1e-300 * np.exp(690.0), 1e300 * np.exp(-690.0)
    assert value[0] == pytest.approx(sum(z**2 for z in sizes) / 2 + np.log(2 * np.pi), rel=1e-12)
    assert np.isfinite(gradient).all()


# -- Cox's partial likelihood is Plackett and Luce over the risk sets ------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("ties", ["breslow", "efron"])
def test_cox_regression(ties: str) -> None:
    """Every event is a choice of one among those at risk; Efron counts the d tied ones as 1 - l/d at the l-th event."""
    table = read("r_fits")
    entry, design = table[f"coxph_{ties}"], table["design"]
    X = np.column_stack([design["x"], design["z"]])
    time, event = np.array(entry["time"]), np.array(entry["event"], dtype=bool)
    loss = lk.derive(lk.PlackettLuce)
    choices = []
    for moment in np.unique(time[event]):
        risk = np.flatnonzero(time >= moment)
        tied = np.flatnonzero(event[risk] & (time[risk] == moment))
        for passed, chosen in enumerate(tied):
            offset = np.zeros((1, len(risk)))
            if ties == "efron":
                offset[0, tied] = np.log1p(-passed / len(tied))
            choices.append((X[risk], chosen, offset))

    def at(beta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        value, slope, curve = 0.0, np.zeros(2), np.zeros((2, 2))
        for x, chosen, offset in choices:
            scores = (x @ beta)[None]
            v, g = loss.value_and_gradient([[chosen]], scores, offset=offset)
            value += v[0] + offset[0, chosen]  # the weight of the chosen one is no part of Cox's likelihood
            slope += x.T @ g[0]
            curve += x.T @ loss.hessian([[chosen]], scores, offset=offset)[0] @ x
        return value, slope, curve

    beta = np.zeros(2)
    assert -at(beta)[0] == pytest.approx(entry["loglik0"], abs=1e-7)
    for _ in range(8):
        _, slope, curve = at(beta)
        beta -= np.linalg.solve(curve, slope)
    np.testing.assert_allclose(beta, entry["coef"], rtol=1e-5)
    assert -at(beta)[0] == pytest.approx(entry["loglik"], abs=1e-7)


# -- directions ------------------------------------------------------------------------------------------------------


def test_directions_in_the_plane_are_von_mises() -> None:
    angle, centre, c = RNG.normal(size=9), RNG.normal(size=9), RNG.normal(0, 2, 9)
    y = np.column_stack([np.cos(angle), np.sin(angle)])
    found = lk.derive(lk.VonMisesFisher)(y, np.column_stack([np.cos(centre), np.sin(centre), c]))
    np.testing.assert_allclose(found, lk.derive(lk.VonMises)(angle, np.column_stack([centre, c])), rtol=1e-13)


@pytest.mark.parametrize("name", ["resultant_gap", "resultant_gap_slope"])
def test_gaps_of_bessel_functions_of_any_dimension(name: str) -> None:
    """From close to far apart, down to small and up to large concentrations; what is left is the slope's own loss."""
    for d, bound in ((2, 1e-12), (3, 1e-13), (10, 1e-13), (50, 1e-12)):
        for t in (-12.0, -0.7, 1.0, 3.95, 8.0):
            s = t + np.array([-7.0, -0.8, -1e-3, -1e-9, 0.0, 1e-12, 1e-5, 0.3, 1.2, 5.0])
            found = getattr(vector_kernels, name)(s, np.full(len(s), t), np.zeros((d, 1)))
            with mpmath.workdps(80):
                truth = [float(VECTORS[name](mpmath.mpf(x), mpmath.mpf(t), [0] * d)) for x in s]
            np.testing.assert_allclose(found, truth, rtol=bound, atol=0)


@pytest.mark.parametrize("name", ["log_bessel", "resultant_length", "bessel_complement", "resultant_slope"])
def test_bessel_functions_of_any_dimension(name: str) -> None:
    """Against mpmath over all three regions."""
    for d in (2, 3, 4, 10, 50, 700):
        k = np.array([1e-8, 1e-3, 0.5, 3.0, 20.0, 49.0, 51.0, 80.0, 400.0, 3000.0, 1e7])
        found = getattr(vector_kernels, name)(k, np.zeros((d, 1)))
        with mpmath.workdps(50):
            truth = [float(VECTORS[name](mpmath.mpf(x), [0] * d)) for x in k]
        np.testing.assert_allclose(found, truth, rtol=1e-14 if name == "resultant_slope" and d < 700 else 5e-13)


def test_how_the_variance_of_a_cosine_moves() -> None:
    """Against mpmath over all three regions, in units of the variance times the concentration."""
    for d in (2, 3, 4, 10, 50):
        v = np.log([1e-8, 1e-3, 0.5, 3.0, 20.0, 49.0, 51.0, 80.0, 400.0, 3000.0, 1e7, 1e200])
        found = vector_kernels.resultant_lean_slope(v, np.zeros((d, 1)))
        with mpmath.workdps(80):
            truth = [float(VECTORS["resultant_lean_slope"](mpmath.mpf(x), [0] * d)) for x in v[:-1]]
        np.testing.assert_allclose(found[:-1], truth, rtol=3e-13)
        assert found[-1] == pytest.approx(-(d - 1) / 2 * np.exp(-v[-1]), rel=1e-14)

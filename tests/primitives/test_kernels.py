"""Every kernel against mpmath: value over the whole range, both precisions, limits at infinity, classes."""

from __future__ import annotations

import itertools
import math

import mpmath as mp
import numpy as np
import pytest

from likelihoodkit.primitives import RECORDS, kernels
from likelihoodkit.primitives.kernels.student_integrals import Student, student_integrals
from primitives.audit import PLAIN, POINTS, Audit, arguments_of, audit
from primitives.by_meaning import BY_WRAPPERS
from primitives.known import table
from primitives.reference import SECOND, TABLE, truth

INF = math.inf
ALONE = {  # no mpmath definition of one number: tested below, or NumPy's own
    "abs", "floor", "maximum", "minimum", "sign", "where_positive", "log_sum_exp", "softmax", "softmax_residual",
    "softmax_cross_entropy", "softmax_pull", "times_softmax", "pick", "one_hot", "sum_over", "entries", "largest_other",
    "is_largest_other",
    "gammaincinv", "gammainccinv", "betaincinv", "regularised_gamma_p_inverse", "regularised_gamma_q_inverse",
    "regularised_beta_inverse", "student_quantile", "cut_student_quantile", *SECOND,
    "soft_cross_entropy", "soft_residual", "chance_pull", "beta_deviance", "log_square_rest", "softplus_rest",
    "half_rest",
    "log_softplus_rest", "sigmoid_rest", "exp_rest",
    "ratio_of_log_rest",
    *BY_WRAPPERS,
}  # fmt: skip
LIMITS = [
    ("at_zero", (0.0, 2.0, 2.0), 2.0), ("at_zero", (0.0, 1e200, 2e200), INF), ("at_zero", (0.0, -1e200, 1e200), -INF),
    ("unless_zero", (0.0, 1.0, -INF), -INF), ("unless_zero", (1e-30, 1.0, -INF), 1.0),
    ("at_zero", (0.0, 3e-200, 1e-200), 0.0), ("at_zero", (1.0, 3.0, 1.0), 3.0), ("at_zero", (0.0, INF, 1.0), INF),
    ("softplus", (INF,), INF), ("softplus", (-INF,), 0.0), ("sigmoid", (INF,), 1.0), ("sigmoid", (-INF,), 0.0),
    ("log_softplus", (-INF,), -INF), ("log_softplus", (INF,), INF), ("softplus_ratio", (-INF,), 1.0),
    ("softplus_ratio", (INF,), 0.0), ("softplus_ratio_derivative", (-INF,), 0.0),
    ("softplus_ratio_derivative", (INF,), 0.0), ("log1m_exp", (0.0,), -INF), ("log1m_exp", (INF,), 0.0),
    ("log1m_exp_neg_exp", (-INF,), -INF), ("log1m_exp_neg_exp", (INF,), 0.0), ("exprel", (-INF,), 0.0),
    ("exprel", (INF,), INF), ("exprel_derivative", (INF,), INF), ("exprel_derivative", (-INF,), 0.0),
    ("x_over_expm1", (INF,), 0.0), ("x_over_expm1", (-INF,), INF), ("x_over_expm1_derivative", (INF,), 0.0),
    ("x_over_expm1_derivative", (-INF,), -1.0), ("log1pmx", (INF,), -INF), ("log1pmx", (-1.0,), -INF),
    ("log_gamma", (0.0,), INF), ("log_gamma", (INF,), INF), ("digamma", (0.0,), -INF), ("trigamma", (0.0,), INF),
    ("trigamma", (INF,), 0.0), ("tetragamma", (INF,), 0.0), ("stirling_error", (INF,), 0.0),
    ("log_ndtr", (-INF,), -INF), ("log_ndtr", (INF,), 0.0), ("hazard", (-INF,), INF), ("hazard", (INF,), 0.0),
    ("hazard_derivative", (-INF,), -1.0), ("hazard_derivative", (INF,), 0.0), ("log_diff_ndtr", (-INF, INF), 0.0),
    ("log_diff_ndtr", (-INF, -1.0), -1.8410216450092636), ("log_diff_ndtr", (2.0, 2.0), -INF),
    ("log_i0e", (INF,), -INF), ("bessel_ratio", (INF,), 1.0), ("bessel_ratio", (-INF,), -1.0),
    ("bessel_ratio_complement", (INF,), 0.0), ("bessel_ratio_derivative", (INF,), 0.0), ("log_cosh", (INF,), INF),
    ("sech2", (INF,), 0.0), ("hypot1m", (-INF,), INF), ("hypot_sum", (-INF,), 0.0),
    ("log1p_square", (INF,), INF), ("square_ratio", (INF,), 0.0),
    ("poisson_deviance_half", (3.0, 0.0), INF), ("poisson_deviance_half", (0.0, 0.0), 0.0),
    ("poisson_deviance_half", (3.0, INF), INF), ("times_exp", (0.0, 1e30), 0.0), ("times_exp", (INF, -1e30), INF),
    ("log1p_over", (INF, 0.5), INF), ("log1p_over", (2.0, INF), 0.0), ("log_binomial", (7.0, 0.0), 0.0),
    ("log_rising", (3.0, 0.0), 0.0), ("log_rising_excess", (3.0, 0.0), 0.0), ("digamma_rising", (3.0, 0.0), 0.0),
    ("trigamma_rising", (3.0, 0.0), 0.0), ("xlogy", (0.0, 0.0), 0.0), ("erfc", (INF,), 0.0), ("ndtri", (0.0,), -INF),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _as_the_engine_runs():
    with np.errstate(all="ignore"):
        yield


def accept(report: Audit, bound: float) -> None:
    assert report.undecided == 0
    assert report.wrong_infinity == []
    assert report.beyond(PLAIN, bound) == []


@pytest.mark.parametrize("name", TABLE)
def test_value_in_double_precision_over_the_whole_range(name):
    accept(audit(name, np.float64, points=POINTS, plain=PLAIN), TABLE[name].bound)


#: NumPy's and SciPy's own, that have loops for single precision
SINGLE = {"xlogy", "xlog1py", "cos", "sin", "tanh", "exp", "expm1", "log", "log1p", "atan2", "arctan"}


@pytest.mark.parametrize("name", TABLE)
def test_single_precision_is_that_of_doubles(name):
    """Doubles are judged above: here nothing but the last rounding is left."""
    columns = zip(*arguments_of(name, np.float32, POINTS, special=False), strict=True)
    single = [np.array(column, np.float32) for column in columns]
    found, double = getattr(kernels, name)(*single), getattr(kernels, name)(*[x.astype(float) for x in single])
    assert (found.dtype, double.dtype) == (np.float32, np.float64)
    np.testing.assert_allclose(found, double.astype(np.float32), rtol=2.0**-21 if name in SINGLE else 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_value_in_single_precision(name):
    accept(audit(name, np.float32, points=POINTS, special=False, plain=PLAIN), 2.0)


def test_the_table_of_references_is_what_the_definitions_say():
    kept = [(name, words) for name, rows in table().items() if name in TABLE for words in rows]
    assert len(kept) > 1000
    for name, words in kept[7::120]:
        value, _ = truth(TABLE[name], tuple(map(float, words.split())))
        with mp.workdps(40):
            assert abs(mp.mpf(table()[name][words].split()[0]) - value) <= abs(value) * mp.mpf(10) ** -29


@pytest.mark.parametrize(("name", "arguments", "limit"), LIMITS)
def test_limits(name, arguments, limit):
    assert getattr(kernels, name)(*arguments) == limit
    assert getattr(kernels, name)(*map(np.float32, arguments)) == np.float32(limit)


#: df and log df say the same twice, and a kernel reads the one that is a normal number
PAIRED = {
    "corrected": {1},  # where there is no slope the value stays as it is
    "within_range": {0, 1},  # two forms of one number
    "steep": {0, 1, 2, 3},
    "faint": {0, 1, 2},
    "beside_count": {0, 1, 2, 3},
    "behind": {0, 1, 2, 3},
    "resolved": {0, 1},
    "at_zero": {0, 2},
    "unless_zero": {2},
    "outgrown_by": {0, 1},  # the larger of two terms is asked for its sign alone
    "student_pull_slope": {2, 3},
    "student_pull_bend": {2, 3},
    "student_balance_slope": {2, 3},
    "student_df_curve": {2, 3},
    **{name: {3, 4} for name in TABLE if name.startswith("skew_student")},
    **{name: {4, 5} for name in TABLE if name.startswith("box_cox_student")},
    **{name: {4, 5} for name in TABLE if "johnson_su" in name},
    **{f"johnson_su_{pair}": {2, 3, 4, 5} for pair in ("rb", "tb", "bg")},  # the skew is not in them
    "johnson_su_bb": {0, 1, 2, 3, 4, 5},  # 1
    **{name: {2, 3} for name in ("student_balance", "student_bend", "student_loss", "student_pull", "student_slope")},
}


@pytest.mark.parametrize("name", TABLE)
def test_nan_goes_through_and_scalars_come_back(name):
    case, kernel = TABLE[name], getattr(kernels, name)
    arguments = [float(a[0]) for a in case.sample(np.random.default_rng(5), 1, 30)]
    assert np.ndim(kernel(*arguments)) == 0
    assert kernel(*map(np.array, arguments)) == kernel(*arguments)
    for i in set(range(len(arguments))) - PAIRED.get(name, set()):
        assert np.isnan(kernel(*arguments[:i], math.nan, *arguments[i + 1 :]))


def test_every_kernel_is_in_the_table():
    assert set(kernels.__all__) - ALONE == set(TABLE) & set(kernels.__all__)
    assert set(kernels.__all__) >= ALONE


def test_every_primitive_of_numbers_is_in_the_table():
    plain = {r.kernel for r in RECORDS.values() if r.meaning is not None and hasattr(kernels, r.kernel)}
    assert plain - set(TABLE) - ALONE == set()
    assert {"student_loss", "negative_binomial_slope", "rice_loss"} <= plain


def test_counts_may_be_integers_and_follow_the_floating_arguments():
    y = np.array([0, 3, 7])
    assert kernels.log_rising(np.float32([2, 2, 2]), y).dtype == np.float32
    assert kernels.log_factorial(y).dtype == np.float64
    assert kernels.poisson_deviance_half(2, np.ones((4, 1), np.float32)).shape == (4, 1)


def exact_cross_entropy(z, y):
    with mp.workdps(400):
        return float(mp.log1p(mp.fsum(mp.exp(mp.mpf(v) - mp.mpf(z[y])) for j, v in enumerate(z) if j != y)))


@pytest.mark.parametrize("K", [1, 2, 3, 50])
def test_cross_entropy_and_residual(K):
    rng = np.random.default_rng(K)
    z = rng.normal(size=(K, 40)) * 10.0 ** rng.uniform(-2, 2, 40)
    y = rng.integers(K, size=40)
    value, residual = kernels.softmax_cross_entropy(z, y.astype(float)), kernels.softmax_residual(z, y)
    for i in range(40):
        truth = exact_cross_entropy(z[:, i], y[i])
        assert abs(value[i] - truth) <= 4e-16 * (1 + np.abs(z[:, i]).max()) * truth
        shares = np.exp(z[:, i] - kernels.log_sum_exp(z)[i])
        expected = shares - (np.arange(K) == y[i])
        assert residual[:, i] == pytest.approx(expected, abs=1e-13)
        assert residual[y[i], i] == pytest.approx(np.expm1(-truth), rel=1e-12)


@pytest.mark.parametrize(("y", "t"), [(2.0, -0.6931), (2.0, -0.693147), (0.1825789, 1.70057), (30.0, -3.4011973)])
def test_a_ratio_near_one_is_taken_in_the_wider_float(y, t):
    wider = np.finfo(np.longdouble).nmant - np.finfo(np.float64).nmant
    with mp.workdps(60):
        gap = mp.mpf(y) * mp.exp(mp.mpf(t)) - 1
        found = kernels.ratio_minus_one(np.array([y]), np.array([t]), np.array([-t]))[0]
        lost = 2.0**-wider / abs(float(gap))  # a float64 loses 1/gap times an ulp
        assert abs(mp.mpf(float(found)) / gap - 1) < 4e-16 * max(1.0, lost)


def test_the_pull_through_a_softmax_keeps_the_digits_of_one_minus_p():
    z = np.array([[60.0, -3.0], [0.0, 1.0], [-1.0, 0.5]])
    for k in range(3):
        pull = kernels.softmax_pull(z, np.eye(3)[:, [k, k]])
        for i in range(2):
            with mp.workdps(60):
                e = [mp.exp(v) for v in z[:, i]]
                p = [x / mp.fsum(e) for x in e]
                for j in range(3):
                    assert pull[j, i] == pytest.approx(float(p[j] * ((j == k) - p[k])), rel=1e-14)


def test_the_pull_of_a_probability_keeps_its_digits_where_two_classes_are_alike():
    z = np.array([[1e-8, 2.0, 0.0], [0.0, 0.3, -40.0], [-5.0, 2.0, 1e-3], [-40.0, -1.0, 0.0]])
    for k, y in itertools.product(range(4), repeat=2):
        pull = kernels.chance_pull(z, np.eye(4)[:, [k] * 3], np.full(3, y))
        for i in range(3):
            with mp.workdps(60):
                e = [mp.exp(v) for v in z[:, i]]
                p = [x / mp.fsum(e) for x in e]
                for j in range(4):
                    truth = p[j] * ((j == k) - p[k]) - (p[j] - (j == y)) * (p[k] - (k == y))
                    assert pull[j, i] == pytest.approx(float(truth), rel=2e-14)


def test_confident_and_right_keeps_its_digits():
    z = np.array([[40.0, 800.0], [0.0, 0.0]])
    assert kernels.softmax_cross_entropy(z, np.array([0, 0]))[0] == pytest.approx(4.248354255291589e-18, rel=1e-15)
    assert kernels.softmax_residual(z, np.array([0, 0]))[:, 0] == pytest.approx(
        [-4.248354255291589e-18, 4.248354255291589e-18]
    )
    assert kernels.softmax_cross_entropy(z, np.array([1, 1])).tolist() == [40.0, 800.0]


def test_log_sum_exp_with_infinities():
    z = np.array([[-INF, INF, -INF, 1e308], [-INF, 0.0, 2.0, -1e308]])
    assert kernels.log_sum_exp(z).tolist() == [-INF, INF, 2.0, 1e308]
    assert kernels.softmax(z)[:, 1:].tolist() == [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    assert kernels.softmax_cross_entropy(np.array([[INF], [0.0]]), np.array([0])).tolist() == [0.0]


def test_pick_one_hot_and_sum():
    v, y = np.arange(6.0).reshape(3, 2), np.array([2, 0])
    assert kernels.pick(v, y).tolist() == [4.0, 1.0]
    assert kernels.pick(np.array([5.0, 6.0, 7.0]), y).tolist() == [7.0, 5.0]
    assert kernels.one_hot(y, v.astype(np.float32)).dtype == np.float32
    assert kernels.sum_over(kernels.one_hot(y, v) * v).tolist() == [4.0, 1.0]
    with pytest.raises(IndexError):
        kernels.pick(v, np.array([3, 0]))


def test_inverses_of_distribution_functions():
    p = np.linspace(0.01, 0.99, 25)
    assert kernels.regularised_gamma_p(3.5, kernels.gammaincinv(3.5, p)) == pytest.approx(p, rel=1e-13)
    assert kernels.regularised_gamma_q(3.5, kernels.gammainccinv(3.5, p)) == pytest.approx(p, rel=1e-13)
    assert kernels.regularised_beta(2.5, 4.0, kernels.betaincinv(2.5, 4.0, p)) == pytest.approx(p, rel=1e-13)
    assert kernels.student_cdf(4.5, kernels.student_quantile(4.5, p)) == pytest.approx(p, rel=1e-10)
    assert kernels.ndtr(kernels.ndtri(p)) == pytest.approx(p, rel=1e-14)


@pytest.mark.parametrize("df", [0.3, 3.0, 30.0])
def test_student_quantiles_far_out(df: float) -> None:
    p = np.array([1e-200, 1e-80, 1e-20, 1e-3, 0.3])
    t = kernels.student_quantile(df, p)
    for level, value in zip(p[np.isfinite(t)], t[np.isfinite(t)], strict=True):
        assert float(_student(df, mp.mpf(value))) == pytest.approx(level, rel=1e-12)
    assert kernels.student_quantile(df, 1 - 2.0**-40) == -kernels.student_quantile(df, 2.0**-40)
    assert kernels.student_quantile(df, np.array([0.0, 0.5, 1.0])).tolist() == [-INF, 0.0, INF]


@pytest.mark.parametrize("x", [2.0, 0.1, 1e-9, 0.0, -1e-3, -0.75])
@pytest.mark.parametrize("df", [0.3, 3.0, 30.0])
def test_cut_student_quantiles(df: float, x: float) -> None:
    with mp.workdps(60):
        edge = mp.mpf(x)
        kept, lost = (_student(df, 1 / abs(edge)), _student(df, -1 / edge) if x > 0 else 0) if x else (1, 0)
        for level in (1e-30, 1e-8, 0.02, 0.4, 0.98, 1 - 2.0**-40):
            found = mp.mpf(kernels.cut_student_quantile(df, x, level))
            value = mp.expm1(edge * found) / edge if x else found
            reached = (_student(df, value) - lost) / kept
            assert float(reached) == pytest.approx(level, rel=1e-12)
            assert float(1 - reached) == pytest.approx(1 - level, rel=1e-12)
    assert kernels.cut_student_quantile(df, x, np.array([0.0, 1.0])).tolist() == [-INF, INF]


def _student(df: float, t: mp.mpf) -> mp.mpf:
    tail = mp.betainc(mp.mpf(df) / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return 1 - tail if t > 0 else tail


def test_student_quantiles_beyond_float64_leave_a_root_of_them() -> None:
    """At df = 0.02 the quantile is 1e772, of which a power of -5 makes an amount."""
    with mp.workdps(40):
        h, p = mp.mpf(0.01), mp.mpf(2.0**-50)
        log_t = (mp.log(mp.mpf(0.02)) - mp.log(2 * p * h * mp.beta(h, mp.mpf(1) / 2)) / h) / 2
        kept = _student(0.02, mp.mpf(1) / 5)
        expected = (mp.log(5) + log_t - mp.log(kept) / 0.02) / -5
    assert kernels.cut_student_quantile(0.02, -5.0, 2.0**-50) == pytest.approx(float(expected), rel=1e-12)


def test_huber_and_selection():
    z = np.array([-3.0, -0.5, 0.0, 2.0])
    assert kernels.huber_penalty(z, 1.0).tolist() == [2.5, 0.125, 0.0, 1.5]
    assert kernels.huber_score(z, 1.0).tolist() == [-1.0, -0.5, 0.0, 1.0]
    assert kernels.where_positive(z, np.nan, 7.0)[:3].tolist() == [7.0, 7.0, 7.0]


@pytest.mark.parametrize("size", [1e-300, 3e-155, 1e-8, 1e-3, 0.1, 1.0, 2.5, 104.0, 1e8, 1e300])
def test_a_logarithm_and_its_rest(size):
    """log z^2 is rounded to ulps of its own size, up to 1e-13; with its rest to a few of those of one."""
    for z in (size, -size, size * (1 + 1e-9)):
        rounded, rest = kernels.log_square(z), kernels.log_square_rest(z)
        with mp.workdps(40):
            truth = 2 * mp.log(abs(mp.mpf(z)))
            assert abs(mp.mpf(float(rounded)) + mp.mpf(float(rest)) - truth) <= 8 * mp.mpf(2) ** -53


@pytest.mark.parametrize("t", [0.0, 1e-300, 0.6931471805599453, 0.7, 1.5, 36.8, -690.0, 1e8])
def test_half_a_parameter_and_what_rounding_its_logarithm_takes(t):
    """t - log 2 is exact near log 2, but log 2 is not."""
    with mp.workdps(60):
        gap = (mp.mpf(t) - mp.log(2)) - mp.mpf(t - float(mp.log(2)))
        assert abs(mp.mpf(float(kernels.half_rest(t))) - gap) <= mp.mpf(2) ** -100 * max(1, abs(t))


LINKS_WITH_RESTS = {
    "softplus": lambda z: mp.log1p(mp.exp(z)),
    "log_softplus": lambda z: mp.log(mp.log1p(mp.exp(z))),
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "exp": mp.exp,
}


@pytest.mark.parametrize("z", [0.0, 1e-300, 1e-8, -1e-8, 1e-3, -0.03, 0.24])
@pytest.mark.parametrize("link", LINKS_WITH_RESTS)
def test_a_link_and_its_rest(link, z):
    """Near zero a link is its value there to half an ulp, whatever the digits of z; with its rest it has those of z."""
    rounded = getattr(kernels, link)(z)
    rest = getattr(kernels, f"{link}_rest")(z, rounded)
    with mp.workdps(40):
        truth = LINKS_WITH_RESTS[link](mp.mpf(z))
        assert abs(mp.mpf(float(rounded)) + mp.mpf(float(rest)) - truth) <= 2.0**-53 * (abs(z) + 1e-15)
    assert getattr(kernels, f"{link}_rest")(3.0, rounded) == 0


def test_a_rate_less_a_hazard_at_the_ends():
    assert kernels.rate_less_exp(-INF, -INF, 709.0) == np.exp(709.0)
    assert kernels.rate_less_power(-INF, 1.0, -709.0, 709.0, 1.0) == np.exp(1.0)
    assert kernels.rate_less_exp(INF, INF, 0.0) == -INF
    assert kernels.rate_short(INF) == 1.0


@pytest.mark.parametrize("y", [1e-300, 1e-8, 0.3, 0.75, 1.0, 2.5, 3e4, 1e300])
@pytest.mark.parametrize(("f", "g"), [(0.0, 0.0), (1e-8, 1e-8), (-3.0, 1e-3), (0.3, 7.0)])
def test_a_logarithm_in_units_of_a_scale_and_its_rest(y, f, g):
    s = kernels.softplus(g)
    z = (np.log(y) - f) / s * (1 + 1e-15)
    rest = kernels.ratio_of_log_rest(z, y, f, s, kernels.softplus_rest(g, s))
    with mp.workdps(60):
        scale = mp.log1p(mp.exp(mp.mpf(g)))
        truth = (mp.log(mp.mpf(y)) - mp.mpf(f)) / scale
        lost = abs(mp.mpf(float(z)) + mp.mpf(float(rest)) - truth)
        assert lost <= 2.0**-53 * (1 / scale + abs(truth) * (2 * abs(g) + 1e-14) + abs(f) / 4)
    assert kernels.ratio_of_log_rest(1e300, y, f, s, 0.0) == 0


@pytest.mark.parametrize("z", [0.6931471805599453, -0.6931471805599453, 0.7, 0.45])
def test_an_exponential_of_a_logarithm_of_two_and_its_rest(z):
    """e^z is 2 or 1/2 when it is rounded, and the digits of z are in the rest."""
    with mp.workdps(40):
        lost = mp.exp(mp.mpf(z)) - mp.mpf(float(np.exp(z)))
        assert abs(mp.mpf(float(kernels.exp_rest(z, np.exp(z)))) - lost) <= 2.0**-53 * 0.5


def test_integrals_asked_for_later_are_of_the_arguments_as_they_were():
    """The engine uses its buffers again, and the slopes of Student's law are computed when they are asked for."""
    first, then = (np.array([2.0, 5.0]), np.log([2.0, 5.0]), np.array([-1.0, 3.0])), np.array([7.0, 9.0])
    expected = student_integrals(*first)
    values = [expected.log, expected.slope, expected.curve, expected.fall, expected.bow]
    asked = tuple(a.copy() for a in first)
    student_integrals(then, np.log(then), then)
    late = Student(*asked)
    for a in asked:
        a[:] = then
    np.testing.assert_array_equal([late.log, late.slope, late.curve, late.fall, late.bow], values)

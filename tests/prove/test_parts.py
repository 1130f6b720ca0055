"""The parts of the engine on their own: zero test, signs, balls, borders of domains."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from likelihoodkit.primitives import VectorSymbol, log_sum_exp, one_hot, pick, softmax, sum_over
from likelihoodkit.prove import Domain, ball, decide
from likelihoodkit.prove.ball import NoBall
from likelihoodkit.prove.jets import Evaluator
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.signs import Signs
from likelihoodkit.prove.zero import Reader

a, y = sp.symbols("a y", real=True)
s, r = sp.symbols("s r", positive=True)
n = sp.Symbol("n", nonnegative=True)
z = VectorSymbol("z", real=True)
w = VectorSymbol("w", real=True, positive=True)
index = sp.Symbol("index", real=True)
log, exp, sqrt, Abs = sp.log, sp.exp, sp.sqrt, sp.Abs


def reader() -> Reader:
    return Reader({a: 2, y: 1, s: 0, r: 0, n: 1, z: 2, w: 1, index: 1}, frozenset([w]))


ZEROS = [
    log(1 + exp(a)) - a - log(1 + exp(-a)),
    sqrt(2 * s) * sqrt(s) - sqrt(2) * s,
    sp.Pow(12, sp.Rational(1, 3)) ** 3 - 12,
    log(2 * sp.pi * s**2) - log(2) - log(sp.pi) - 2 * log(s),
    log(sp.cosh(a)) - log(1 + exp(2 * a)) + a + log(2),
    sp.tanh(a) - 1 + 2 / (1 + exp(2 * a)),
    sp.cos(y - a) - sp.cos(a) * sp.cos(y) - sp.sin(a) * sp.sin(y),
    1 - sp.cos(a) - 2 * sp.sin(a / 2) ** 2,
    sp.sin(3 * a) - 3 * sp.sin(a) + 4 * sp.sin(a) ** 3,
    sp.sin(a + sp.pi / 2) - sp.cos(a),
    sp.Max(a, y) + sp.Min(a, y) - a - y,
    sp.Max(a, y, 0) - sp.Max(0, sp.Max(y, a)),
    Abs(a**2 - y**2) - Abs(a - y) * Abs(a + y),
    sp.loggamma(s + 3) - log(sp.gamma(s)) - log(s * (s + 1) * (s + 2)),
    sp.gamma(s + 1) / sp.gamma(s) - s,
    sp.loggamma(s - 2) - sp.loggamma(s) + log((s - 1) * (s - 2)),
    sp.polygamma(0, s + 2) - sp.polygamma(0, s) - 1 / s - 1 / (s + 1),
    sp.polygamma(1, s + 1) - sp.polygamma(1, s) + 1 / s**2,
    s**r * s ** (2 - r) - s**2,
    exp(r * log(s) / 2) - sqrt(s) ** r,
    (s**2 - r**2) / (s + r) - s + r,
    sp.erf(a) + sp.erf(-a),
    sp.erfc(a) + sp.erfc(-a) - 2,
    sp.atanh(s / (1 + s)) - log(1 + 2 * s) / 2,
    log_sum_exp(z) + log(pick(softmax(z), index)) - pick(z, index),
    sum_over(softmax(z)) - 1,
    log_sum_exp(z + a) - a - log_sum_exp(z),
    log_sum_exp(log(softmax(z))),
    sum_over(one_hot(index, z) * z**2) - pick(z, index) ** 2,
    sum_over(w * (z + a)) - sum_over(w * z) - a,
    sum_over((z - w) ** 2) - sum_over(z**2) + 2 * sum_over(w * z) - sum_over(w**2),
    pick(sqrt(w * s), index) - sqrt(pick(w, index)) * sqrt(s),
]

NOT_ZEROS = [
    a + sp.Rational(1, 10**30),
    sqrt(a**2) - a,
    Abs(a) - a,
    log(1 + exp(a)) - log(1 + exp(2 * a)),
    sp.gamma(s + 1) - sp.gamma(s),
    sum_over(z) - 1,
    sum_over(z**2) - sum_over(z) ** 2,
    sum_over(w**2) - 1,
    pick(z, index) - pick(z, a),
    sum_over(one_hot(index, z) * one_hot(a, z)) - 1,
    log_sum_exp(2 * z) - 2 * log_sum_exp(z),
    sp.atan(sp.tan(a)) - a,
    sp.cos(a) ** 2 + sp.sin(y) ** 2 - 1,
]


@pytest.mark.parametrize("expression", ZEROS, ids=str)
def test_zero(expression):
    assert reader().is_zero(expression)


@pytest.mark.parametrize("expression", NOT_ZEROS, ids=str)
def test_not_zero(expression):
    assert not reader().is_zero(expression)


@pytest.mark.parametrize("expression", [sp.I * a, sp.zoo + a, sp.log(0 * s), sp.Integral(a, (a, 0, y))], ids=str)
def test_what_cannot_be_read_is_undecided(expression):
    with pytest.raises(Undecided):
        reader().read(expression)


def test_huge_powers_do_not_hang():
    tiny = sp.Rational(1, 10**9)
    assert reader().is_zero(exp(a) ** tiny * exp(-a * tiny) - 1)
    assert not reader().is_zero(exp(a * tiny) - exp(a))
    with pytest.raises(Undecided):
        reader().read((2 * a + 1) ** (10**9))


SIGNS = {
    s + r: "+",
    -s * r: "-",
    a**2: "0+",
    a**2 + s: "+",
    1 + exp(a): "+",
    exp(-s) - 1: "-",
    2 - 2 * exp(-s): "+",
    1 + sp.erf(a): "+",
    1 - sp.tanh(a): "+",
    1 - sp.cos(a): "0+",
    2 - sp.cos(a): "+",
    sqrt(1 + a**2) - a: "+",
    1 - s / (1 + s): "+",
    log(1 + s): "+",
    Abs(a): "0+",
    sp.Max(a, s): "+",
    sp.Min(a, -s): "-",
    a: None,
    a - y: None,
    s - r: None,
    sqrt(1 + a**2) - 2 * a: None,
    1 - 2 * sp.cos(a): None,
    n: "0+",
    n + 1: "+",
}


@pytest.mark.parametrize("expression", SIGNS, ids=str)
def test_sign(expression):
    assert Signs(reader()).of(expression) == SIGNS[expression]


# -- balls ------------------------------------------------------------------------------------------------------------

FUNCTIONS = [
    (a - y) ** 3 / (1 + a**2),
    exp(a) * log(2 + sp.cos(a)) + sp.sin(a * y),
    Abs(a - y) + sp.Max(a, y, 0) - sp.Min(a, 2),
    sp.Piecewise((a**2, a < y), (a, True)),
    sqrt(1 + a**2) ** y,
    sp.tanh(a) + sp.cosh(a) * sp.sinh(y),
]
SPECIAL = [
    sp.erf(a) + sp.erfc(a * y),
    sp.loggamma(2 + a**2) + sp.polygamma(0, 1 + a**2) + sp.polygamma(1, 1 + a**2),
    sp.besseli(0, a) + sp.besseli(2, a),
    sp.asinh(a) + sp.atan(a),
    sp.gamma(1 + a**2),
]


def arithmetics():
    found = [ball.Intervals()]
    if ball.flint is not None:
        found.append(ball.Arb())
    return found


@pytest.mark.parametrize("balls", arithmetics(), ids=lambda b: b.name)
@pytest.mark.parametrize("expression", FUNCTIONS + SPECIAL, ids=str)
def test_ball_contains_the_truth(expression, balls):
    point = {a: Fraction(3, 7), y: Fraction(5, 11)}
    exact = {symbol: sp.Rational(v.numerator, v.denominator) for symbol, v in point.items()}
    with balls.precision():
        try:
            jet = Evaluator(balls, point, frozenset([a]))(expression)
        except NoBall:
            assert balls.name == "mpmath.iv"
            assert expression.has(sp.besseli)
            return
        value, slope = float(balls.text(jet.value)), float(balls.text(jet.slope[a]))
    assert value == pytest.approx(float(expression.xreplace(exact).evalf(20)), rel=1e-10)
    assert slope == pytest.approx(float(sp.diff(expression, a).xreplace(exact).doit().evalf(20)), rel=1e-10)


@pytest.mark.parametrize("balls", arithmetics(), ids=lambda b: b.name)
@pytest.mark.parametrize(
    "expression", [1 / (a - y), log(a - y), Abs(a - y), sp.Max(a, y), sqrt(a - y), log(-1 - a**2)], ids=str
)
def test_no_ball_on_a_border_or_pole(expression, balls):
    point = {a: Fraction(1, 3), y: Fraction(1, 3)}
    with balls.precision(), pytest.raises(NoBall):
        Evaluator(balls, point, frozenset([a]))(expression)


@pytest.mark.parametrize("balls", arithmetics(), ids=lambda b: b.name)
def test_precision_is_put_back(balls):
    context = ball.flint.ctx if balls.name == "flint.arb" else ball.iv
    before = context.prec
    with balls.precision():
        assert context.prec == balls.bits
    assert context.prec == before


def test_refutation_without_flint(monkeypatch):
    monkeypatch.setattr(ball, "flint", None)
    assert decide((y - a) ** 2 + Abs(y - a) / 10**9, (y - a) ** 2, predictions=[a], targets=[y]).verdict == "refuted"
    assert decide((y - a) ** 2 / s, (y - a) ** 2, predictions=[a], targets=[y]).verdict == "proved"


# -- domains ----------------------------------------------------------------------------------------------------------


def test_positive_domain_hides_the_other_side():
    assert decide(Abs(s - 0), s, predictions=[s]).verdict == "proved"
    assert decide(Abs(a), a, predictions=[a]).verdict == "refuted"
    assert decide(Abs(a), a, predictions=[a], domains={a: Domain.positive()}).verdict == "proved"


def test_a_closed_end_counts():
    step = sp.Piecewise((1, a <= 0), (0, True))
    half_open, closed = Domain(sp.S.Zero), Domain(sp.S.Zero, closed_low=True)
    assert decide(a**2 + step, a**2, predictions=[a], domains={a: half_open}).verdict == "proved"
    assert decide(a**2 + step, a**2, predictions=[a], domains={a: closed}).verdict != "proved"
    both = Domain(sp.S.Zero, sp.S.One, True, True)
    top = sp.Piecewise((1, a >= 1), (0, True))
    assert decide(a**2 + top, a**2, predictions=[a], domains={a: both}).verdict != "proved"


def test_singular_at_a_closed_end_is_undecided():
    closed = Domain(sp.S.Zero, sp.S.One, closed_low=True)
    assert decide(-log(a), -2 * log(a), predictions=[a], domains={a: closed}).verdict == "undecided"
    assert decide(-log(a), -2 * log(a), predictions=[a], domains={a: Domain.unit()}).verdict == "proved"


def test_target_where_a_side_is_undefined():
    assert decide((y - a) ** 2 + log(y), (y - a) ** 2, predictions=[a], targets=[y]).verdict == "undecided"
    positive = {y: Domain.positive()}
    assert (
        decide((y - a) ** 2 + log(y), (y - a) ** 2, predictions=[a], targets=[y], domains=positive).verdict == "proved"
    )


def test_finite_targets_may_have_their_own_constants_but_one_factor():
    values = [0, 1, 2]
    assert decide(a**2 + y**3, a**2, predictions=[a], targets=[y], target_values=values).verdict == "proved"
    weight = 1 + y * (y - 1) * (y - 2)
    assert decide(weight * a**2, a**2, predictions=[a], targets=[y], target_values=values).verdict == "proved"
    assert decide(weight * a**2, a**2, predictions=[a], targets=[y]).verdict == "refuted"
    assert decide((1 + y) * a**2, a**2, predictions=[a], targets=[y], target_values=values).verdict == "refuted"


def test_refuted_only_at_whole_numbers_for_counts():
    wiggle = (1 + sp.sin(sp.pi * n) ** 2) * (n - a) ** 2
    counts = {n: Domain.counts()}
    assert decide(wiggle, (n - a) ** 2, predictions=[a], targets=[n], domains=counts).verdict == "undecided"
    assert decide(wiggle, (n - a) ** 2, predictions=[a], targets=[n]).verdict == "refuted"


def test_ledger_names_what_was_dropped():
    nll = (y - a) ** 2 / (2 * s**2) + log(r) + y
    decision = decide(nll, (y - a) ** 2, predictions=[a], targets=[y])
    assert decision.scale_depends_on == ("s",)
    assert decision.constant_depends_on == ("r", "y")
    assert decision.constant == log(r) + y
    assert decision.conditions == ("r, s are not predicted",)


# -- what looks provable by its derivative -----------------------------------------------------------------------------

u2 = (y - a) ** 2


@pytest.mark.parametrize(
    ("extra", "verdict"),
    [
        (sp.asin(sp.sin(a)) - a, "undecided"),
        (sp.atan(a) + sp.atan(1 / a), "refuted"),
        (sp.atan(exp(a)) + sp.atan(exp(-a)), "proved"),  # by slopes and continuity: pi/2 for every a
        (sp.Piecewise((sp.atan(exp(a)) + sp.atan(exp(-a)), a > 0), (0, True)), "refuted"),
        (sqrt(1 - sp.sin(a) ** 2) - sp.cos(a), "refuted"),
        (sp.Heaviside(a), "refuted"),
        (sp.tan(a) - sp.sin(a) / sp.cos(a), "undecided"),
        (sp.Function("f")(a) - sp.Function("f")(a + 0 * y), "proved"),  # gone before it is read
        (sp.Function("f")(a) / sp.Function("f")(a + 1), "undecided"),
        (sp.zoo * s, "undecided"),
    ],
    ids=str,
)
def test_extra_term(extra, verdict):
    assert decide(u2 + extra, u2, predictions=[a], targets=[y]).verdict == verdict


def test_setting_that_may_vanish_is_no_factor():
    x = sp.Symbol("x", real=True)
    assert decide(u2 * x**2, u2, predictions=[a], targets=[y]).verdict == "undecided"
    assert decide(u2 / x**2, u2, predictions=[a], targets=[y]).verdict == "undecided"
    assert decide(u2 * (1 + x**2), u2, predictions=[a], targets=[y]).scale == 1 + x**2


def test_a_support_that_is_predicted_is_refused():
    with pytest.raises(ValueError, match="which is predicted"):
        decide(log(s), s, predictions=[s], targets=[y], domains={y: Domain(sp.S.Zero, s)})

"""Claims ``left = c right + b`` with the verdict that each must get: true, false, and some that must stay undecided.

The unsound cases that a derivative alone would "prove" are here by name (they start with "jump" or "hidden"). More
claims stand in `reductions` and `declared`; `mutants` turns true claims into false ones.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import sympy as sp
from sympy import (
    Abs,
    Max,
    Min,
    Piecewise,
    Rational,
    atan,
    besseli,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    floor,
    gamma,
    log,
    loggamma,
    pi,
    sign,
    sin,
    sqrt,
    tan,
)

from likelihoodkit.primitives import (
    VectorSymbol,
    huber_penalty,
    log_sum_exp,
    one_hot,
    pick,
    poisson_deviance_half,
    softmax,
    softmax_cross_entropy,
    softplus,
    sum_over,
)
from likelihoodkit.prove import Decision, Domain, decide
from likelihoodkit.prove.shed import decided

a, y, x, x2, x3 = sp.symbols("a y x x2 x3", real=True)
s, m, k, d, g, q = sp.symbols("s m k d g q", positive=True)
n = sp.Symbol("n", nonnegative=True)
t, tau, p, p2, e = sp.symbols("t tau p p2 e", positive=True)
K = sp.Symbol("K", positive=True)  # the number of entries
z, v = VectorSymbol("z", real=True), VectorSymbol("v", real=True)
w, pr = VectorSymbol("w", real=True, positive=True), VectorSymbol("pr", real=True, positive=True)

UNIT, COUNTS = Domain.unit(), Domain.counts()
SIMPLEX = Domain(sp.S.Zero, sp.S.One, simplex=True)
ONE_HOT = Domain(sp.S.Zero, sp.S.One, True, True, one_hot=True)
TINY = Rational(1, 10**9)
SMALL = Rational(1, 10**6)


@dataclass(frozen=True)
class Claim:
    name: str
    verdict: str
    left: sp.Expr
    right: sp.Expr
    predictions: tuple[sp.Symbol, ...] = (a,)
    targets: tuple[sp.Symbol, ...] = (y,)
    domains: dict[sp.Symbol, Domain] = field(default_factory=dict)
    target_values: tuple[object, ...] | None = None
    scale: sp.Expr | None = None  # the factor, where the test states it
    fixed: dict[VectorSymbol, tuple[float, ...]] = field(default_factory=dict)  # vectors that are held at numbers
    declared: bool = False  # between declarations, not expressions

    def decided(self, left: sp.Expr, right: sp.Expr) -> Decision:
        """The verdict on these sides, as `prove` comes to it."""
        return decided(left, right, self.targets, partial(decide, **self.arguments), declared=self.declared)

    @property
    def decision(self) -> Decision:
        """The verdict on the claim."""
        return self.decided(self.left, self.right)

    @property
    def arguments(self) -> dict[str, object]:
        return {
            "predictions": self.predictions,
            "targets": self.targets,
            "domains": self.domains,
            "target_values": self.target_values,
            "fixed": self.fixed,
        }


u = y - a
zs = u / s
mse, mae = u**2, Abs(u)
bce = softplus(a) - y * a
ce = log_sum_exp(z) - pick(z, y)
cce = -sum_over(w * log(softmax(z)))
huber = Piecewise((u**2 / 2, Abs(u) <= d), (d * Abs(u) - d**2 / 2, True))
pinball = Max(tau * u, (tau - 1) * u)
gamma_nll = k * t / m + k * log(m) - (k - 1) * log(t) - k * log(k) + loggamma(k)
gamma_deviance = 2 * (t / m - 1 - log(t / m))
poisson_nll = m - n * log(m) + loggamma(n + 1)
smoothed = -sum_over(((1 - e) * one_hot(y, z) + e / K) * log(softmax(z)))
mahalanobis = (x2 - y) ** 2 + (x3 - 2 * x2 + y) ** 2
MEAN = {"predictions": (m,), "targets": (t,)}
COUNT = {"predictions": (m,), "targets": (n,), "domains": {n: COUNTS}}
LOGITS = {"predictions": (z,)}
SOFT = {"predictions": (z,), "targets": (w,), "domains": {w: SIMPLEX}}
LABEL = {"target_values": (0, 1)}
PROBABILITY = {"predictions": (p,), "domains": {p: UNIT}, "target_values": (0, 1)}
VECTOR = {"predictions": (z,), "targets": (v,)}

TRUE = [
    Claim("normal -> squared error", "proved", u**2 / (2 * s**2) + log(2 * pi * s**2) / 2, mse, scale=1 / (2 * s**2)),
    Claim("laplace -> absolute error", "proved", Abs(zs) + log(2 * s), mae, scale=1 / s),
    Claim("huber density -> huber loss", "proved", huber_penalty(zs, d / s) + log(s), huber, scale=s**-2),
    Claim("huber penalty = huber piecewise", "proved", huber_penalty(u, d), huber, scale=sp.S.One),
    Claim("smooth l1 = huber / beta", "proved", Piecewise((u**2 / (2 * d), Abs(u) < d), (Abs(u) - d / 2, True)), huber),
    Claim("asymmetric laplace -> pinball", "proved", Max(tau * zs, (tau - 1) * zs), pinball, domains={tau: UNIT}),
    Claim(
        "pinball with max = with abs", "proved", pinball, Abs(u) / 2 + (tau - Rational(1, 2)) * u, domains={tau: UNIT}
    ),
    Claim(
        "pinball piecewise", "proved", pinball, Piecewise((tau * u, u >= 0), ((tau - 1) * u, True)), domains={tau: UNIT}
    ),
    Claim(
        "expectile",
        "proved",
        tau * Max(u, 0) ** 2 + (1 - tau) * Min(u, 0) ** 2,
        Piecewise((tau * u**2, u > 0), ((1 - tau) * u**2, True)),
        domains={tau: UNIT},
    ),
    Claim("sech -> log cosh", "proved", log(2 * s) + log(cosh(pi * zs / 2)), log(cosh(pi * zs / 2)), scale=sp.S.One),
    Claim("logistic -> 2 log cosh", "proved", zs + 2 * log(1 + exp(-zs)) + log(s), log(cosh(zs / 2))),
    Claim("von mises -> 1 - cos", "proved", -k * cos(u) + log(2 * pi * besseli(0, k)), 1 - cos(u), scale=k),
    Claim("1 - cos = 2 sin^2", "proved", 1 - cos(u), sin(u / 2) ** 2),
    Claim("cauchy", "proved", log(pi * s) + log(1 + zs**2), log(s**2 + u**2)),
    Claim("student", "proved", (k + 1) / 2 * log(1 + zs**2 / k), log(1 + u**2 / (k * s**2))),
    Claim("generalised normal", "proved", Abs(zs) ** k, Abs(u) ** k, scale=s**-k),
    Claim(
        "bernoulli -> bce in p",
        "proved",
        -log(p**y * (1 - p) ** (1 - y)),
        -y * log(p) - (1 - y) * log(1 - p),
        **PROBABILITY,
    ),
    Claim(
        "bernoulli -> bce in logits",
        "proved",
        -y * log(1 / (1 + exp(-a))) - (1 - y) * log(1 / (1 + exp(a))),
        bce,
        **LABEL,
    ),
    Claim("softplus((1-2y) z) = bce", "proved", softplus((1 - 2 * y) * a), bce, **LABEL),
    Claim("poisson -> deviance", "proved", poisson_nll, 2 * poisson_deviance_half(n, m), scale=Rational(1, 2), **COUNT),
    Claim(
        "poisson with log link",
        "proved",
        poisson_nll.subs(m, exp(a)),
        exp(a) - n * a,
        targets=(n,),
        domains={n: COUNTS},
    ),
    Claim("gamma -> gamma deviance", "proved", gamma_nll, gamma_deviance, scale=k / 2, **MEAN),
    Claim("exponential -> gamma deviance", "proved", t / m + log(m), gamma_deviance, **MEAN),
    Claim(
        "inverse gaussian -> its deviance",
        "proved",
        k * (t - m) ** 2 / (2 * m**2 * t) + log(2 * pi * t**3 / k) / 2,
        (t - m) ** 2 / (m**2 * t),
        **MEAN,
    ),
    Claim("log-normal -> msle", "proved", (log(t) - a) ** 2 / (2 * s**2) + log(t * s), (log(t) - a) ** 2, targets=(t,)),
    Claim("gumbel -> linex", "proved", -zs + exp(zs) + log(s), exp(zs) - zs - 1),
    Claim(
        "triplet = shifted hinge",
        "proved",
        Max(0, (x - x2) + 1),
        (Abs(x - x2 + 1) + x - x2) / 2,
        (x, x2),
        (),
    ),
    Claim("soft triplet = bradley-terry", "proved", softplus(x - x2), log(exp(x) + exp(x2)) - x2, (x, x2), ()),
    Claim(
        "mvn with s^2 I -> summed mse",
        "proved",
        ((x2 - y) ** 2 + (x3 - x) ** 2) / (2 * s**2) + log(2 * pi * s**2),
        (x2 - y) ** 2 + (x3 - x) ** 2,
        (x2, x3),
        (y, x),
    ),
    Claim(
        "mahalanobis by cholesky", "proved", mahalanobis / 2, (y - x2) ** 2 / 2 + (2 * x2 - y - x3) ** 2 / 2, (x2, x3)
    ),
    Claim(
        "pseudo-huber spellings", "proved", d**2 * (sqrt(1 + (u / d) ** 2) - 1), d * sqrt(d**2 + u**2), scale=sp.S.One
    ),
    Claim("asinh is a logarithm", "proved", sp.asinh(a - y) / s, log(a - y + sqrt(1 + u**2))),
    Claim("probit", "proved", -log((1 + erf(a / sqrt(2))) / 2), -log(erfc(-a / sqrt(2))), targets=()),
    Claim("constant with floor of y", "proved", mse + floor(y), mse),
    Claim(
        "binomial -> bce of a proportion",
        "proved",
        -n * log(p) - (k - n) * log(1 - p) + log(gamma(n + 1)),
        -n * log(p) - (k - n) * log(1 - p),
        (p,),
        (n,),
        {p: UNIT, n: Domain(sp.S.Zero, k, True, True, whole=True)},
    ),
    Claim(
        "negative binomial, shape held",
        "proved",
        (n + k) * log(k + m) - n * log(m),
        (n + k) * log(1 + m / k) - n * log(m / k),
        **COUNT,
    ),
    Claim(
        "zero-one distance on a bounded scale", "proved", Abs(p - p2) * 3, Abs(p2 - p), (p,), (p2,), {p: UNIT, p2: UNIT}
    ),
    Claim("weibull with held shape", "proved", (t / m) ** k + k * log(m), exp(k * log(t / m)) - k * log(t / m), **MEAN),
    Claim(
        "beta with held concentration",
        "proved",
        loggamma(p * k) + loggamma((1 - p) * k) - (p * k - 1) * log(q) - ((1 - p) * k - 1) * log(1 - q) - loggamma(k),
        log(gamma(p * k)) + log(gamma((1 - p) * k)) + p * k * log((1 - q) / q),
        (p,),
        (q,),
        {p: UNIT, q: UNIT},
    ),
    # any K
    Claim("softmax: fused = pick", "proved", softmax_cross_entropy(z, y), -log(pick(softmax(z), y)), **LOGITS),
    Claim("softmax: pick = lse - logit", "proved", -log(pick(softmax(z), y)), ce, **LOGITS),
    Claim("softmax: index = one-hot", "proved", ce, -sum_over(one_hot(y, z) * log(softmax(z))), **LOGITS),
    Claim(
        "softmax: one-hot target",
        "proved",
        -sum_over(w * log(softmax(z))),
        log_sum_exp(z) - sum_over(w * z),
        (z,),
        (w,),
        {w: ONE_HOT},
    ),
    Claim("softmax: simplex target", "proved", cce, log_sum_exp(z) - sum_over(w * z), **SOFT),
    Claim("softmax: KL(w, softmax) -> cross-entropy", "proved", sum_over(w * (log(w) - log(softmax(z)))), cce, **SOFT),
    Claim(
        "softmax with temperature",
        "proved",
        log_sum_exp(z / s) - pick(z / s, y),
        -log(pick(softmax(z / s), y)),
        **LOGITS,
    ),
    Claim(
        "label smoothing = (1-e) CE + e KL(uniform, p)",
        "proved",
        smoothed,
        (1 - e) * ce + e * sum_over((log(1 / K) - log(softmax(z))) / K),
        (z,),
        (y,),
        {e: UNIT},
        scale=sp.S.One,
    ),
    Claim(
        "logit adjustment = softmax with a prior",
        "proved",
        log_sum_exp(z + log(w)) - pick(z, y),
        -log(pick(w * exp(z), y) / sum_over(w * exp(z))),
        **LOGITS,
    ),
    Claim(
        "categorical in probabilities",
        "proved",
        -log(pick(pr, y)),
        -sum_over(one_hot(y, pr) * log(pr)),
        (pr,),
        (y,),
        {pr: SIMPLEX},
    ),
    Claim(
        "d normals -> summed squared error",
        "proved",
        sum_over((v - z) ** 2 / (2 * s**2) + log(s)),
        sum_over((v - z) ** 2),
        scale=1 / (2 * s**2),
        **VECTOR,
    ),
    Claim("d laplaces -> summed absolute error", "proved", sum_over(Abs((v - z) / s)), sum_over(Abs(z - v)), **VECTOR),
    Claim(
        "mean over d = sum over d", "proved", sum_over((v - z) ** 2) / K, sum_over((v - z) ** 2), scale=1 / K, **VECTOR
    ),
]

FALSE = [
    Claim("normal is not absolute error", "refuted", u**2 / (2 * s**2), mae),
    Claim("laplace is not squared error", "refuted", Abs(zs), mse),
    Claim("heteroscedastic normal is not squared error", "refuted", u**2 / (2 * s**2) + log(s), mse, (a, s)),
    Claim("huber is not squared error", "refuted", huber, mse),
    Claim("huber of another threshold", "refuted", huber, huber_penalty(u, d + TINY)),
    Claim("logistic is not log cosh(u/s)", "refuted", zs + 2 * log(1 + exp(-zs)), log(cosh(zs))),
    Claim("sech at scale 1 is not log cosh of pi u/2 times 2", "refuted", log(cosh(u)), log(cosh(pi * u / 2))),
    Claim("student is not cauchy", "refuted", log(1 + u**2 / 3), log(1 + u**2)),
    Claim("hinge is not bce", "refuted", Max(0, 1 - (2 * y - 1) * a), bce, **LABEL),
    Claim("focal is not bce", "refuted", -((1 - p) ** 2) * log(p), -log(p), (p,), (), {p: UNIT}),
    Claim("weighted bce is not one factor", "refuted", 3 * y * softplus(-a) + (1 - y) * softplus(a), bce, **LABEL),
    Claim(
        "squared error in p is not bernoulli",
        "refuted",
        (y - p) ** 2,
        -y * log(p) - (1 - y) * log(1 - p),
        **PROBABILITY,
    ),
    Claim("poisson is not squared error", "refuted", poisson_nll, (n - m) ** 2, **COUNT),
    Claim("poisson is not the gamma deviance", "refuted", t * log(t / m) - t + m, gamma_deviance, **MEAN),
    Claim("minus squared error", "refuted", -mse, mse),
    Claim("scale that depends on y", "refuted", mse * (1 + y**2), mse),
    Claim("scale that depends on the prediction", "refuted", mse * exp(a), mse),
    Claim("1e-9 |u| added", "refuted", mse + TINY * mae, mse),
    Claim("kink moved by 1e-9", "refuted", mae, Abs(u - TINY)),
    Claim("hinge at 1 + 1e-9", "refuted", Max(0, a - 1), Max(0, a - 1 - TINY), (a,), ()),
    Claim("flat left side", "refuted", y, mse),
    Claim("flat right side", "refuted", mse, y),
    Claim("temperature is not cross-entropy", "refuted", log_sum_exp(z / s) - pick(z / s, y), ce, **LOGITS),
    Claim("label smoothing is not cross-entropy", "refuted", smoothed, ce, (z,), (y,), {e: UNIT}),
    Claim("KL the other way round", "refuted", sum_over(softmax(z) * (log(softmax(z)) - log(w))), cce, **SOFT),
    Claim(
        "softmax target that does not sum to one",
        "refuted",
        -sum_over(v * log(softmax(z))),
        log_sum_exp(z) - sum_over(v * z),
        **VECTOR,
    ),
    Claim("brier is not cross-entropy", "refuted", sum_over((softmax(z) - one_hot(y, z)) ** 2), ce, **LOGITS),
    Claim(
        "weighted coordinates are not summed squared error",
        "refuted",
        sum_over((v - z) ** 2 / w**2),
        sum_over((v - z) ** 2),
        **VECTOR,
    ),
    Claim("softmax twice", "refuted", -log(pick(softmax(softmax(z)), y)), ce, **LOGITS),
    Claim("mahalanobis is not summed mse", "refuted", mahalanobis, (x2 - y) ** 2 + (x3 - y) ** 2, (x2, x3)),
    Claim("class index swapped with another", "refuted", ce, log_sum_exp(z) - pick(z, x), (z,), (x, y)),
    Claim(
        "wrong normaliser of a learnt scale",
        "refuted",
        u**2 / (2 * s**2) + log(s),
        u**2 / (2 * s**2) + 2 * log(s),
        (a, s),
    ),
    Claim("cube root of what may be negative", "refuted", a ** Rational(1, 3) + mse, mse),
    Claim("factor of either sign", "refuted", mse * x3, mse),
    Claim("von mises of twice the angle", "refuted", 1 - cos(2 * u), 1 - cos(u)),
    Claim("jump: |a|/a", "refuted", mse + Abs(a) / a, mse),
    Claim("jump: sqrt(a^2)/a", "refuted", mse + sqrt(a**2) / a, mse),
    Claim("jump: u/|u|", "refuted", mse + u / Abs(u), mse),
    Claim("jump: 1e-9 |a - 3|/(a - 3)", "refuted", mse + TINY * Abs(a - 3) / (a - 3), mse),
    Claim("jump: piecewise constant", "refuted", mse + Piecewise((TINY, a < y), (0, True)), mse),
    Claim("jump: huber that does not join", "refuted", Piecewise((u**2 / 2, Abs(u) <= d), (d * Abs(u), True)), huber),
    Claim("jump: at an end of the domain", "refuted", Piecewise((m, m < 2), (m + TINY, True)), m, (m,), ()),
]

OPEN = [
    Claim("hidden: floor of the prediction", "refuted", mse + floor(a), mse),
    Claim("hidden: atan(tan(a)) - a", "undecided", mse + atan(tan(a)) - a, mse),
    Claim("hidden: acos(cos(a)) - a", "undecided", mse + sp.acos(cos(a)), mse + a),
    Claim("hidden: sign of the prediction", "refuted", mse + sign(a), mse),
    Claim("hidden: frac part", "refuted", mse + sp.frac(a) - a, mse),
    Claim("hidden: border that is linear in the target only", "refuted", mse + Max(0, y - exp(a)), mse),
    Claim("hidden: |y - e^a|", "refuted", mse + Abs(y - exp(a)), mse),
    Claim(
        "hidden: e^a < y decides nothing but a constant", "refuted", mse + Piecewise((1, exp(a) < y), (0, True)), mse
    ),
    Claim("max(y, e^a) spelt twice", "proved", Max(y, exp(a)), Abs(y - exp(a)) + exp(a)),
    Claim("hidden: log(a^2) - 2 log|a| is undefined at 0", "undecided", mse + log(a**2) - 2 * log(Abs(a)), mse),
    Claim("hidden: a removable pole", "undecided", mse + (a**2 + a) / a - a, mse),
    Claim("hidden: 1/a - 1/a written apart", "undecided", mse + (1 + a) / a - 1 / a, mse),
    Claim("hidden: log singularity on both sides", "undecided", log(Abs(a)), 2 * log(Abs(a)), (a,), ()),
    Claim("hidden: jump where the target's domain is cut", "undecided", mse + log(y), mse + log(y)),
    Claim("hidden: value only at one point", "refuted", mse + Piecewise((1, sp.Eq(a, y)), (0, True)), mse),
    Claim("hidden: value only at the closed end", "refuted", Piecewise((1, sp.Eq(n, 0)), (n**2, True)), n**2, (n,), ()),
    Claim(
        "duplication formula of the gamma function",
        "undecided",
        loggamma(2 * m) - loggamma(m),
        loggamma(m + Rational(1, 2)) + 2 * m * log(2),
        (m,),
        (),
    ),
    Claim(
        "border that is not linear",
        "proved",
        Piecewise((mse, a**3 + a < y**5), (mse + sin(a) ** 2 + cos(a) ** 2 - 1, True)),
        mse,
    ),
    Claim("factor that is positive, but not plainly", "proved", mse * (x3**2 - x3 + 1), mse),
    Claim("factor that vanishes at one place", "undecided", mse * (x3**2 - 2 * x3 + 1), mse),
    Claim(
        "factor that changes sign at a place near none", "undecided", mse * (x3**2 - 2 * x3 + Rational(99, 100)), mse
    ),
    Claim(
        "branches that agree but at a pole",
        "undecided",
        Piecewise((mse + a + 1, a**3 + a < y**5), (mse + (a**2 + a) / a, True)),
        mse + a,
    ),
]

#: names of the OPEN claims that are true wherever both sides are defined, and both are defined everywhere
HARD = {
    "duplication formula of the gamma function",
}

"""Laws as papers print them: fading, quakes, lifetimes, dispersal, offspring, queues, births, doses, genes."""

from __future__ import annotations

from typing import Any

import sympy as sp

from benchmarks.accuracy.typed._law import law, normal
from likelihoodkit import supports as s
from likelihoodkit.primitives.words import exp, gamma, log, pi, sqrt, tanh
from likelihoodkit.supports import Support

HALF = sp.Rational(1, 2)
_cosine = Support("cosine", "cosines from -1 to 1", low=-1.0, high=1.0, typical=(-0.9, 0.9))


def _kappa_mu(y: Any, k: Any, m: Any) -> Any:
    """Yacoub (2007)."""
    front = 2 * m * (1 + k) ** ((m + 1) / 2) / (k ** ((m - 1) / 2) * exp(m * k))
    return log(front * y**m * exp(-m * (1 + k) * y**2) * sp.besseli(m - 1, 2 * m * sqrt(k * (1 + k)) * y))


def _eta_mu(y: Any, h: Any, m: Any) -> Any:
    """Yacoub (2007), format 1; h is its eta."""
    one, two = (2 + 1 / h + h) / 4, (1 / h + h + 2) / 4 - 1
    return log(4 * sqrt(pi) * m ** (m + HALF) * one**m / gamma(m) * y ** (2 * m) * exp(-2 * m * one * y**2)) + log(
        sp.besseli(m - HALF, 2 * m * sqrt(two * (two + 1)) * y**2) / sqrt(two * (two + 1)) ** (m - HALF)
    )


def _bateman(y: Any, a: Any, k: Any, v: Any, c: Any) -> Any:
    """A dose of 1 two hours ago, an error in proportion."""
    m = a / (v * (a - k)) * (exp(-2 * k) - exp(-2 * a))
    return log(normal((y - m) / (c * m)) / (c * m))


def _emax(y: Any, e: Any, t: Any, h: Any, w: Any) -> Any:
    d = sp.Integer(3)
    return -log(w) - (y - e * d**h / (t**h + d**h)) ** 2 / (2 * w**2)


def _waiting(y: Any, r: Any, m: Any) -> Any:
    """M/M/1: nobody waits with probability 1 - r."""
    return log(sp.Piecewise((1 - r, sp.Eq(y, 0)), (r * m * (1 - r) * exp(-m * (1 - r) * y), True)))


def _erlang_loss(y: Any, a: Any) -> Any:
    return log(a**y / sp.factorial(y) / sum(a**k / sp.factorial(k) for k in range(6)))


def _birth_death(y: Any, b: Any, d: Any) -> Any:
    """Kendall: one ancestor, a time of 1."""
    grown = exp(b - d)
    out, more = d * (grown - 1) / (b * grown - d), b * (grown - 1) / (b * grown - d)
    return log(sp.Piecewise((out, sp.Eq(y, 0)), ((1 - out) * (1 - more) * more ** (y - 1), True)))


def _classes(y: Any, *shares: Any) -> Any:
    *first, last = shares
    return log(sp.Piecewise(*((p, sp.Eq(y, k)) for k, p in enumerate(first)), (last, True)))


def _kimura(y: Any, a: Any, b: Any) -> Any:
    """Same, transition, transversion."""
    one, two = exp(-4 * b), exp(-2 * (a + b))
    return _classes(y, (1 + one + 2 * two) / 4, (1 + one - 2 * two) / 4, (1 - one) / 2)


def _inbred(y: Any, p: Any, f: Any) -> Any:
    q = 1 - p
    return _classes(y, p**2 + f * p * q, 2 * p * q * (1 - f), q**2 + f * p * q)


def _blood(y: Any, a: Any, b: Any) -> Any:
    """Groups A, B, AB, O of alleles e^a : e^b : 1."""
    total = exp(a) + exp(b) + 1
    p, q, r = exp(a) / total, exp(b) / total, 1 / total
    return _classes(y, p**2 + 2 * p * r, q**2 + 2 * q * r, 2 * p * q, r**2)


def _greenwood(y: Any, p: Any) -> Any:
    """Households of three by Reed and Frost: 1, 2, 3 taken ill."""
    q = 1 - p
    return _classes(y, q**2, 2 * p * q**2, 1 - q**2 - 2 * p * q**2)


def _gutenberg(y: Any, b: Any, t: Any) -> Any:
    """A tapered law of moments from 1."""
    return log((b / y + 1 / t) * y ** (-b) * exp((1 - y) / t))


def _kosambi(y: Any, d: Any) -> Any:
    r = tanh(2 * d) / 2
    return log(sp.binomial(10, y) * r**y * (1 - r) ** (10 - y))


PAPERS = {
    # fading
    "KappaMu": law(s.positive, "k m", _kappa_mu),
    "EtaMu": law(s.positive, "h m", _eta_mu),
    "AlphaMu": law(
        s.positive,
        "a m r",
        lambda y, a, m, r: log(a * m**m * y ** (a * m - 1) / (r ** (a * m) * gamma(m))) - m * y**a / r**a,
    ),
    "RicianK": law(
        s.positive,
        "k o",
        lambda y, k, o: log(
            2 * (k + 1) * y / o * exp(-k - (k + 1) * y**2 / o) * sp.besseli(0, 2 * y * sqrt(k * (k + 1) / o))
        ),
    ),
    "GZero": law(
        s.positive,
        "a g l",
        lambda y, a, g, l: log(
            l**l * gamma(l + a) * g**a * y ** (l - 1) / (gamma(a) * gamma(l) * (g + l * y) ** (l + a))
        ),
    ),
    "LogRayleigh": law(s.real, "w", lambda y, w: log(exp(2 * y) / w**2 * exp(-exp(2 * y) / (2 * w**2)))),
    # quakes, rain, rivers
    "TaperedGutenbergRichter": law(
        Support("from 1", "numbers from 1", low=1.0, closed_low=True, typical=(1.1, 50.0)), "b t", _gutenberg
    ),
    "Omori": law(s.positive, "c q", lambda y, c, q: log(q * c**q / (y + c) ** (q + 1))),
    "QExponential": law(s.positive, "l %u", lambda y, l, u: log((1 - u) * l * (1 + u * l * y) ** (-1 / u))),
    "QWeibull": law(
        s.positive,
        "l k %u",
        lambda y, l, k, u: log((1 - u) * k / l * (y / l) ** (k - 1) * (1 + u * (y / l) ** k) ** (-1 / u)),
    ),
    "PowerGeneralisedWeibull": law(
        s.positive,
        "a k g",
        lambda y, a, k, g: (
            log(k / g * a**-k * y ** (k - 1) * (1 + (y / a) ** k) ** (1 / g - 1)) + 1 - (1 + (y / a) ** k) ** (1 / g)
        ),
    ),
    "ExtendedWeibullXie": law(
        s.positive,
        "l a b",
        lambda y, l, a, b: log(l * b * (y / a) ** (b - 1)) + (y / a) ** b + l * a * (1 - exp((y / a) ** b)),
    ),
    "ExponentiatedWeibullTyped": law(
        s.positive,
        "a k l",
        lambda y, a, k, l: log(
            a * k / l * (y / l) ** (k - 1) * (1 - exp(-((y / l) ** k))) ** (a - 1) * exp(-((y / l) ** k))
        ),
    ),
    "TransmutedWeibull": law(
        s.positive,
        "k w %t",
        lambda y, k, w, t: log(
            k / w * (y / w) ** (k - 1) * exp(-((y / w) ** k)) * (1 - t + 2 * t * exp(-((y / w) ** k)))
        ),
    ),
    "KumaraswamyWeibull": law(
        s.positive,
        "a b c",
        lambda y, a, b, c: log(
            a
            * b
            * c
            * y ** (c - 1)
            * exp(-(y**c))
            * (1 - exp(-(y**c))) ** (a - 1)
            * (1 - (1 - exp(-(y**c))) ** a) ** (b - 1)
        ),
    ),
    "LinearFailureRate": law(
        s.positive,
        "a b t",
        lambda y, a, b, t: log(
            t * (a + b * y) * exp(-(a * y + b * y**2 / 2)) * (1 - exp(-(a * y + b * y**2 / 2))) ** (t - 1)
        ),
    ),
    # dispersal, growth
    "TwoDt": law(s.positive, "a b", lambda y, a, b: log(2 * y * b / a**2 * (1 + y**2 / a**2) ** (-b - 1))),
    "ExponentialPowerKernel": law(
        s.positive, "a c", lambda y, a, c: log(c * y / (a**2 * gamma(2 / c)) * exp(-((y / a) ** c)))
    ),
    "LogSechKernel": law(
        s.positive, "a b", lambda y, a, b: log(2 / (pi * b * y) / ((y / a) ** (1 / b) + (y / a) ** (-1 / b)))
    ),
    "Offspring": law(
        s.counts,
        "r k",
        lambda y, r, k: log(gamma(k + y) / (gamma(k) * sp.factorial(y)) * (k / (k + r)) ** k * (r / (k + r)) ** y),
    ),
    "ChainSize": law(
        s.counts_from_one,
        "r k",
        lambda y, r, k: log(
            gamma(k * y + y - 1) / (gamma(k * y) * gamma(y + 1)) * (r / k) ** (y - 1) / (1 + r / k) ** (k * y + y - 1)
        ),
    ),
    "ReedFrostThree": law(s.counts_up_to(2), "%p", _greenwood),
    "GompertzTumour": law(
        s.positive,
        "v a b w",
        lambda y, v, a, b, w: -log(w * y) - (log(y) - log(v) - a / b * (1 - exp(-3 * b))) ** 2 / (2 * w**2),
    ),
    # queues, births, doses
    "WaitingInLine": law(s.amounts_or_nothing, "%r m", _waiting),
    "ErlangLoss": law(s.counts_up_to(5), "a", _erlang_loss),
    "BirthDeath": law(s.counts, "b d", _birth_death),
    "PureBirth": law(s.counts_from_one, "b", lambda y, b: log(exp(-b) * (1 - exp(-b)) ** (y - 1))),
    "Bateman": law(s.positive, "a k v c", _bateman),
    "SigmoidEmax": law(s.real, "~e t h w", _emax),
    "DeadTime": law(s.counts, "l t", lambda y, l, t: y * log(l / (1 + l * t)) - l / (1 + l * t) - log(sp.factorial(y))),
    # genes
    "KosambiMap": law(s.counts_up_to(10), "d", _kosambi),
    "JukesCantor": law(
        s.binary,
        "d",
        lambda y, d: (
            y * log(sp.Rational(3, 4) * (1 - exp(-4 * d / 3)))
            + (1 - y) * log(1 - sp.Rational(3, 4) * (1 - exp(-4 * d / 3)))
        ),
    ),
    "Kimura": law(s.counts_up_to(2), "a b", _kimura),
    "HardyWeinbergInbred": law(s.counts_up_to(2), "%p %f", _inbred),
    "BloodGroups": law(s.counts_up_to(3), "~a ~b", _blood),
    "EwensTwo": law(
        s.counts_up_to(2),
        "t",
        lambda y, t: _classes(y, 2 / ((t + 1) * (t + 2)), 3 * t / ((t + 1) * (t + 2)), t**2 / ((t + 1) * (t + 2))),
    ),
}

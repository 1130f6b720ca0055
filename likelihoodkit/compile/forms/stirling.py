"""Stirling's error and what is near it, as one quotient of polynomials in 1/x each: no branches over the range.

    delta(x)  = lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2)
    excess(h) = log(Gamma(h + 1/2)/Gamma(h)) - log(h)/2

The quotients are fits to 60-digit values, weighted until the largest relative error no longer fell; it stands at each.
"""

from __future__ import annotations

from likelihoodkit.compile.trace import Trace, Value
from likelihoodkit.primitives.kernels._tables import ATANH_TAIL

Quotient = tuple[tuple[float, ...], tuple[float, ...]]

#: 12 x delta(x) in w = 1/x for x >= 1, to 7e-17
DELTA: Quotient = (
    (
        1.0, 5.275496306074698, 15.432188576635749, 25.75813512358055, 26.476830936579475, 15.341081743585553,
        4.304697290662878, 0.2360490276780252, -0.00038660719879720875,
    ),
    (
        1.0, 5.275496306074771, 15.465521909956836, 25.933985001264833, 26.98282449565946, 16.15530568832406,
        5.06396854851548, 0.5653333282809672, 0.011214964990929792,
    ),
)  # fmt: skip
#: -12 x^2 delta'(x) in w = 1/x for x >= 1, to 4.5e-16
DELTA_SLOPE: Quotient = (
    (
        1.0, 5.852784816591951, 19.241452597466065, 36.7903513578552, 44.22271550328416, 30.87139296396454,
        10.74121356639861, 0.7228562199009908, -0.000989475473654148,
    ),
    (
        1.0, 5.852784816592448, 19.34145259737711, 37.37562984574772, 46.10924148698756, 34.330256982653786,
        14.481041603465709, 2.669495873991226, 0.12189729804250375,
    ),
)  # fmt: skip
#: 6 x^3 delta''(x) in w = 1/x for x >= 1, to 2.5e-18
DELTA_BEND: Quotient = (
    (
        1.0, 12.685953595265133, 79.52928966585341, 307.6796828992127, 790.6217093284553, 1370.4848993079484,
        1562.7093113558283, 1077.2342252454816, 348.6964079522552, -2.4045383552883564e-05,
    ),
    (
        1.0, 12.685953595265138, 79.72928966585201, 310.2168736184321, 806.4247101084919, 1430.7159953334196,
        1712.8043451257317, 1321.5980926800858, 591.5427527016037, 116.23203704620472,
    ),
)  # fmt: skip
#: -8 x excess(x) in w = 1/x for x >= 3, to 4e-17
EXCESS: Quotient = (
    (
        1.0, 2.375790345333366, 5.374841843592423, 4.893649402815005, 3.3193909068825906, 0.7809706501851408,
        0.04340104946518324,
    ),
    (
        1.0, 2.375790345333321, 5.416508510267989, 4.992640666522054, 3.5325787885957363, 0.959299322327898,
        0.13238190498265603,
    ),
)  # fmt: skip
#: 8 x^2 excess'(x) in w = 1/x for x >= 3, to 3e-18
EXCESS_SLOPE: Quotient = (
    (
        1.0, 4.276338258478402, 13.44654169647452, 22.52844273326833, 25.764507825885083, 16.019130231920613,
        4.823281419959599, -0.02942661023835797,
    ),
    (
        1.0, 4.276338258478407, 13.571541696473307, 23.0629850157109, 27.398450530346672, 18.634732479759876,
        7.46626671124232, 1.1425461768074603,
    ),
)  # fmt: skip


def quotient(trace: Trace, table: Quotient, w: Value) -> Value:
    """One polynomial over another."""
    return trace.polynomial(table[0], w) / trace.polynomial(table[1], w)


def delta(trace: Trace, x: Value) -> Value:
    """Stirling's error, x >= 1."""
    w = 1.0 / x
    return w * (1.0 / 12.0) * quotient(trace, DELTA, w)


def delta_slope(trace: Trace, x: Value) -> Value:
    """Its derivative, x >= 1."""
    w = 1.0 / x
    return w * w * (-1.0 / 12.0) * quotient(trace, DELTA_SLOPE, w)


def delta_bend(trace: Trace, x: Value) -> Value:
    """Its second derivative, x >= 1."""
    w = 1.0 / x
    return w * w * w * (1.0 / 6.0) * quotient(trace, DELTA_BEND, w)


def above_one(trace: Trace, x: Value) -> tuple[Value, Value, Value]:
    """Whether 0 < x < 1, x moved above 1 by one step if so, and log(1 + 1/x)."""
    small = x < 1.0
    return small, x + trace.where(small, 1.0, 0.0), trace.log1p(1.0 / x)


def excess(trace: Trace, h: Value) -> Value:
    """log(Gamma(h + 1/2)/Gamma(h)) - log(h)/2 for h > 0, to an absolute 1e-16: three steps up, their product once."""
    one, two, three = h + 1.0, h + 2.0, h + 3.0
    middle = (h + 0.5) * (h + 1.5) * (h + 2.5)
    steps = (h * one) * (one * two) * (two * three) / (middle * middle)
    w = 1.0 / three
    return 0.5 * trace.log(steps) - w * 0.125 * quotient(trace, EXCESS, w)


def excess_slope(trace: Trace, h: Value) -> Value:
    """h times the derivative of excess(h), a sum of positive terms."""
    one, two, three = h + 1.0, h + 2.0, h + 3.0
    w = 1.0 / three
    first = 0.25 / (one * (h + 0.5))
    rest = (
        0.25 / (one * two * (h + 1.5))
        + 0.25 / (two * three * (h + 2.5))
        + (w * w * 0.125) * quotient(trace, EXCESS_SLOPE, w)
    )
    return first + h * rest


def log1pmx_near(trace: Trace, x: Value) -> Value:
    """log(1 + x) - x for -0.6 < x < 1.5, by log1p(x) = 2 atanh(x/(2 + x))."""
    r = x / (2.0 + x)
    square = r * r
    return r * (2.0 * square * trace.polynomial(ATANH_TAIL, 8.0 * square - 1.0) - x)

"""Stirling's error and what is near it, as one quotient of polynomials in 1/x each: no branches over the range.

    delta(x)  = lgamma(x) - ((x - 1/2) log x - x + log(2 pi)/2)
    excess(h) = log(Gamma(h + 1/2)/Gamma(h)) - log(h)/2

The quotients are fits to 60-digit values, weighted until the largest relative error no longer fell; it stands at each.
"""

from __future__ import annotations

from likelihoodkit.compile.trace import Trace, Value

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
#: e^(2 excess(h)) (1 + h)/h in w = 1/(1 + h) for h >= 0, to 5e-17
EXCESS: Quotient = (
    (
        1.0, 5.479669302773288, 15.912473868976903, 26.17591647604628, 25.69404153804613, 13.668535562559015,
        3.0907741704889533, -0.004012271196821429, 0.0006328240523008729, -5.415608214608613e-05,
    ),
    (
        1.0, 4.7296693027732895, 11.833971891896491, 14.436238240059781, 6.700982331044848, -4.335511927510414,
        -5.518956465509528, -0.9118685662950227, 0.7928883888052654, 0.24450880476310602,
    ),
)  # fmt: skip
#: h (1 + h) excess'(h) in w = 1/(1 + h) for h >= 0, to 5e-17
EXCESS_SLOPE: Quotient = (
    (
        0.125, 1.1442456652581308, 5.354237695397747, 15.573860520521983, 30.49132377607352, 41.54585567791066,
        40.27079797708337, 28.314448894280407, 14.313168782620473, 4.316240376804418,
    ),
    (
        1.0, 8.15396532206503, 33.804936241121275, 83.0262282658156, 125.91631442785138, 110.06388125083453,
        38.96459006935466, -15.57711199011452, -18.138162407350404, -4.316282447676124,
    ),
)  # fmt: skip
#: -4 h^2 (1 + h) excess''(h) in w = 1/(1 + h) for h >= 0.3, to 9e-17
EXCESS_BEND: Quotient = (
    (
        1.0, 4.5405142835318335, 16.544398528590797, 30.8544410816675, 42.61515671835555, 28.89655315217852,
        4.170482534820807, -20.119905587640147, -24.04649164113355, -11.213536405028366, 4.321254651431863,
    ),
    (
        1.0, 3.540514283531871, 12.253884245048802, 15.69517112505235, 17.156943777817826, -1.4263272403894582,
        -5.170734725518531, -6.1043236615037335, 1.0657833411808875, 0.7061336627707275, 0.0643888878932035,
    ),
)  # fmt: skip
#: (atanh(r)/r - 1)/r^2 in r^2 up to 0.186, to 1.4e-16
ATANH_REST: Quotient = (
    (
        0.3333333333333333, -0.5904609770226535, 0.3153584645461434, -0.0488019223727139, 0.00029671818029619075,
    ),
    (
        1.0, -2.3713829310679393, 1.9403337237049803, -0.6276323640772602, 0.0636316779454578,
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


def above_one(trace: Trace, x: Value, log_x: Value) -> tuple[Value, Value, Value]:
    """Whether 0 < x < 1, x moved above 1 by one step if so, and log(1 + 1/x), right only where x < 1."""
    small = x < 1.0
    moved = x + trace.where(small, 1.0, 0.0)
    return small, moved, trace.log(moved) - log_x  # both terms are positive


def only_where(trace: Trace, condition: Value, x: Value) -> Value:
    """A finite x where the condition holds, else 0."""
    return trace.where(condition, 1.0, 0.0) * x


def excess(trace: Trace, h: Value) -> Value:
    """log(Gamma(h + 1/2)/Gamma(h)) - log(h)/2 for h > 0, to an absolute 1e-16."""
    w = 1.0 / (h + 1.0)
    return 0.5 * trace.log((h * w) * quotient(trace, EXCESS, w))


def excess_slope(trace: Trace, h: Value) -> Value:
    """h times the derivative of excess(h)."""
    w = 1.0 / (h + 1.0)
    return w * quotient(trace, EXCESS_SLOPE, w)


def excess_bend(trace: Trace, h: Value) -> Value:
    """-h^2 times the second derivative of excess(h), h >= 0.3."""
    w = 1.0 / (h + 1.0)
    return 0.25 * w * quotient(trace, EXCESS_BEND, w)


def log1pmx_near(trace: Trace, x: Value) -> Value:
    """log(1 + x) - x for -0.6 < x < 1.5, by log1p(x) = 2 atanh(x/(2 + x))."""
    r = x / (2.0 + x)
    square = r * r
    return r * (2.0 * square * quotient(trace, ATANH_REST, square) - x)

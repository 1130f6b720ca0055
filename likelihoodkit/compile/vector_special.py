"""Powers, the error function, sines and the inverse hyperbolic sine of several numbers at once, as LLVM text.

Each is within 2 ulp over its whole range (arcsinh 3), subnormal numbers, infinities and NaN included. A power is
e^(y log x) with the logarithm in two numbers, since y multiplies its error by up to 700; the complementary error
function is e^(-x^2) times one polynomial in (x - 3)/(x + 3) (after Shepherd and Laframboise 1981, Mathematics of
Computation 36, 249-253). Sine and cosine hold up to `FARTHEST`; their polynomials are those of Sun's fdlibm.
"""

from __future__ import annotations

import math

from likelihoodkit.compile.ranges import ALL, Range
from likelihoodkit.compile.vector_math import (
    FUNCTIONS as ELEMENTARY,
    INVERSES,
    LN2_HI,
    LN2_LO,
    LOGS,
    LOGS_LO,
    MAGIC,
    Lines,
    exp,
    log1p,
    reduced,
    scaled,
    signed,
    size,
)

#: erf(x)/x - 1 in x^2 for |x| <= 1/2, a fit at Chebyshev's points: 0.02 ulp
ERF = (
    0.12837916709551256, -0.3761263890318375, 0.112837916709545, -0.02686617064484486, 0.00522397761877773,
    -0.0008548326131990491, 0.00012055260295664171, -1.4921974103596793e-05, 1.6349245435108132e-06,
    -1.442564663347198e-07,
)  # fmt: skip
NEAR = 0.5
#: (1 + 2x) e^(x^2) erfc(x) for 1/2 <= x <= 27.5 in (x - 3)/(x + 3), brought to [-1, 1] by these two: 0.05 ulp
ERFCX_SCALE, ERFCX_SHIFT = 1.3179012345679013, -0.05864197530864197
ERFCX = (
    1.2468901910366874, -0.10556516879845866, -0.018201870099888863, 0.04793637050136281, -0.03473137829236474,
    0.01561380277694454, -0.0043674828622513664, 0.00045547570771067766, 0.00017239214616467517, -6.77836005137619e-05,
    -2.770348452173246e-06, 5.983042603093274e-06, -2.429826392579835e-07, -5.478609772652797e-07,
    3.438614390129005e-08, 5.648022161017912e-08, -1.9128564833388086e-09, -6.283272922108048e-09,
    -1.4274280457732942e-10, 6.560594656647966e-10, 3.4339982528953765e-11, -4.539112851989056e-11,
)  # fmt: skip
FAREST = 27.5  # erfc is 0 from 27.3 on
#: (log(1 + f) - f + f^2/2)/f^3 for -1/20 <= f <= 1/15, a fit at Chebyshev's points
LOG_REST = (
    0.33333333333333337, -0.24999999999998912, 0.19999999999982485, -0.1666666667201209, 0.14285714346093942,
    -0.12499992921447514, 0.11111031945217169, -0.1000347026551209, 0.09133188459516066, -0.07779986772477956,
)  # fmt: skip
#: pi/2 in three parts; how far k times the first two is exact, or all but
QUARTER = (1.5707963267948966, 6.123233995736766e-17, -1.4973849048591698e-33)
FARTHEST = 1e5
SINE = (
    -1.66666666666666324348e-01, 8.33333333332248946124e-03, -1.98412698298579493134e-04, 2.75573137070700676789e-06,
    -2.50507602534068634195e-08, 1.58969099521155010221e-10,
)  # fmt: skip
COSINE = (
    4.16666666666666019037e-02, -1.38888888888741095749e-03, 2.48015872894767294178e-05, -2.75573143513906633035e-07,
    2.08757232129817482790e-09, -1.13596475577881948265e-11,
)  # fmt: skip
EXACT = 1e150  # from here on x^2 may overflow, and log(1 + x) is log x


def _exactly(lines: Lines, a: str, b: str, c: str) -> str:
    """a b + c in one rounding on any processor."""
    return lines.call(f"llvm.fma.v{lines.lanes}f64", a, b, c)


def _minus(lines: Lines, x: str) -> str:
    return lines.let(f"fneg {lines.V} {x}")


def arcsinh(lines: Lines, x: str, _: Range = ALL) -> str:
    """log1p(|x| + x^2/(1 + sqrt(1 + x^2))); far out log1p(|x|) + log 2."""
    a, one = size(lines, x), lines.splat(1.0)
    far = lines.compare("ogt", a, lines.splat(EXACT))
    near = lines.select(far, one, a)
    square = lines.binary("fmul", near, near)
    root = lines.call(f"llvm.sqrt.v{lines.lanes}f64", lines.binary("fadd", square, one))
    more = lines.binary("fadd", near, lines.binary("fdiv", square, lines.binary("fadd", root, one)))
    value = log1p(lines, lines.select(far, a, more))
    return signed(lines, lines.select(far, lines.binary("fadd", value, lines.splat(math.log(2))), value), x)


def _ratio(lines: Lines, above: tuple[str, str], below: tuple[str, str]) -> tuple[str, str]:
    """The ratio of two numbers in two parts each, in two parts."""
    inverse = lines.binary("fdiv", lines.splat(1.0), below[0])
    ratio = lines.binary("fmul", above[0], inverse)
    rest = _exactly(lines, _minus(lines, ratio), below[0], above[0])
    rest = lines.fma(_minus(lines, ratio), below[1], lines.binary("fadd", rest, above[1]))
    return ratio, lines.binary("fmul", rest, inverse)


def _upper(lines: Lines, a: str) -> str:
    """erfc(a) for a >= 1/2: e^(-a^2) = 2^k (1 + p), and what rounding takes of a^2 is made good in p."""
    square = lines.binary("fmul", a, a)
    lost = _exactly(lines, a, a, _minus(lines, square))
    k, shifted, r, rest = reduced(lines, _minus(lines, square))
    p = lines.fma(lines.binary("fmul", r, r), rest, r)
    p = lines.binary("fsub", p, lines.fma(p, lost, lost))
    at = lines.binary("fdiv", lines.binary("fsub", a, lines.splat(3.0)), lines.binary("fadd", a, lines.splat(3.0)))
    at = lines.fma(at, lines.splat(ERFCX_SCALE), lines.splat(ERFCX_SHIFT))
    first, one, twice = lines.splat(ERFCX[0]), lines.splat(1.0), lines.binary("fadd", a, a)
    more = lines.binary("fmul", at, lines.polynomial(ERFCX[1:], at))
    above = lines.binary("fadd", first, more)
    above_lo = lines.binary("fadd", lines.binary("fsub", first, above), more)
    below = lines.binary("fadd", twice, one)
    below_lo = lines.binary("fsub", one, lines.binary("fsub", below, twice))
    part, part_lo = _ratio(lines, (above, above_lo), (below, below_lo))
    value = lines.binary("fadd", part, lines.fma(part, p, part_lo))
    return scaled(lines, value, k, shifted, (-FAREST * FAREST, 0.0))


def _error(lines: Lines, x: str) -> tuple[str, str, str]:
    """Where |x| < 1/2, erf(x) there, and erfc(|x|) elsewhere."""
    a = size(lines, x)
    inside = lines.compare("olt", a, lines.splat(NEAR))
    square = lines.binary("fmul", x, x)
    near = lines.fma(x, lines.polynomial(ERF, lines.select(inside, square, lines.splat(0.0))), x)
    moved = lines.select(inside, lines.splat(NEAR), a)
    moved = lines.select(lines.compare("ogt", moved, lines.splat(FAREST)), lines.splat(FAREST), moved)
    return inside, near, _upper(lines, moved)


def erf(lines: Lines, x: str, _: Range = ALL) -> str:
    """The error function."""
    inside, near, rest = _error(lines, x)
    return lines.select(inside, near, signed(lines, lines.binary("fsub", lines.splat(1.0), rest), x))


def erfc(lines: Lines, x: str, _: Range = ALL) -> str:
    """1 - erf(x), with its digits where it is small."""
    inside, near, rest = _error(lines, x)
    other = lines.binary("fsub", lines.splat(2.0), rest)
    far = lines.select(lines.compare("olt", x, lines.splat(0.0)), other, rest)
    return lines.select(inside, lines.binary("fsub", lines.splat(1.0), near), far)


def _table(lines: Lines, numbers: tuple[float, ...], index: str) -> str:
    """The number of a table of 16 that the low four bits of an index name."""
    if lines.wide:
        return lines.table(numbers, index)
    low, found = lines.integer("and", index, lines.whole(15)), lines.splat(numbers[0])
    for k, entry in enumerate(numbers[1:], start=1):
        found = lines.select(lines.let(f"icmp eq {lines.I} {low}, {lines.whole(k)}"), lines.splat(entry), found)
    return found


def _parts(lines: Lines, x: str) -> tuple[str, str]:
    """k and m with x = 2^k m and 3/4 <= m < 3/2, for x > 0."""
    if lines.wide:
        m = lines.instruction("mantissa", x)
        return lines.binary("fsub", lines.instruction("exponent", x), lines.instruction("exponent", m)), m
    tiny = lines.compare("olt", x, lines.splat(2.2250738585072014e-308))
    normal = lines.select(tiny, lines.binary("fmul", x, lines.splat(2.0**54)), x)
    bits = lines.bits(normal)
    e = lines.integer("ashr", lines.integer("sub", bits, lines.whole(0x3FE8000000000000)), lines.whole(52))
    m = lines.double(lines.integer("sub", bits, lines.integer("shl", e, lines.whole(52))))
    shift = lines.select(tiny, lines.splat(-54.0), lines.splat(0.0))
    return lines.binary("fadd", lines.let(f"sitofp {lines.I} {e} to {lines.V}"), shift), m


def _sum(lines: Lines, a: str, b: str) -> tuple[str, str]:
    """a + b, and what rounding it loses."""
    total = lines.binary("fadd", a, b)
    back = lines.binary("fsub", total, a)
    lost = lines.binary("fsub", a, lines.binary("fsub", total, back))
    return total, lines.binary("fadd", lost, lines.binary("fsub", b, back))


def _logarithm(lines: Lines, x: str) -> tuple[str, str]:
    """log x in two numbers, to 2^-62 of it, for finite x > 0."""
    k, m = _parts(lines, x)
    index = lines.integer("lshr", lines.bits(m), lines.whole(48))
    inverse = _table(lines, INVERSES, index)
    product = lines.binary("fmul", m, inverse)
    f_lo = _exactly(lines, m, inverse, _minus(lines, product))
    f = lines.binary("fsub", product, lines.splat(1.0))
    square = lines.binary("fmul", f, f)
    square_lo = _exactly(lines, f, f, _minus(lines, square))
    cube = lines.binary("fmul", lines.binary("fmul", square, f), lines.polynomial(LOG_REST, f))
    high = lines.fma(k, lines.splat(LN2_HI), _table(lines, LOGS, index))  # exact
    first, lost = _sum(lines, high, f)
    second, more = _sum(lines, first, lines.binary("fmul", square, lines.splat(-0.5)))
    low = lines.fma(k, lines.splat(LN2_LO), _table(lines, LOGS_LO, index))
    low = lines.binary("fadd", low, lines.binary("fadd", lost, more))
    low = lines.binary("fadd", low, lines.fma(square_lo, lines.splat(-0.5), lines.fma(_minus(lines, f), f_lo, f_lo)))
    return _sum(lines, second, lines.binary("fadd", low, cube))


def power(lines: Lines, x: str, y: str, known: Range = ALL) -> str:
    """x^y, NaN where x < 0 and y is not whole."""
    zero, one = lines.splat(0.0), lines.splat(1.0)
    a = size(lines, x)
    log_hi, log_lo = _logarithm(lines, a)
    exponent = lines.binary("fmul", y, log_hi)
    rest = lines.fma(y, log_lo, _exactly(lines, y, log_hi, _minus(lines, exponent)))
    e = exp(lines, exponent)
    within = lines.compare("olt", size(lines, exponent), lines.splat(746.0))
    mended = lines.fma(e, lines.select(within, rest, zero), e)
    value = lines.select(lines.compare("oeq", e, lines.splat(math.inf)), e, mended)
    falls = lines.compare("olt", y, zero)
    at_zero = lines.select(falls, lines.splat(math.inf), zero)
    at_infinity = lines.select(falls, zero, lines.splat(math.inf))
    ends = lines.select(lines.compare("oeq", a, zero), at_zero, value)
    ends = lines.select(lines.compare("oeq", a, lines.splat(math.inf)), at_infinity, ends)
    value = lines.select(lines.compare("ord", x, y), ends, lines.splat(math.nan))
    if known[0] <= 0.0:
        floor = f"llvm.floor.v{lines.lanes}f64"
        half = lines.binary("fmul", y, lines.splat(0.5))
        whole = lines.compare("oeq", lines.call(floor, y), y)
        odd = lines.let(f"and {lines.B} {whole}, {lines.compare('one', lines.call(floor, half), half)}")
        value = lines.select(odd, signed(lines, value, x), value)
        broken = lines.let(
            f"and {lines.B} {lines.compare('olt', x, zero)}, {lines.compare('one', lines.call(floor, y), y)}"
        )
        finite = lines.compare("one", a, lines.splat(math.inf))
        value = lines.select(lines.let(f"and {lines.B} {broken}, {finite}"), lines.splat(math.nan), value)
        turned = lines.compare("oeq", size(lines, y), lines.splat(math.inf))
        turned = lines.let(f"and {lines.B} {turned}, {lines.compare('oeq', a, one)}")
        value = lines.select(turned, one, value)
    unit = lines.let(f"or {lines.B} {lines.compare('oeq', y, zero)}, {lines.compare('oeq', x, one)}")
    return lines.select(unit, one, value)


def _quarters(lines: Lines, x: str) -> tuple[str, str, str]:
    """k as an integer with x = k pi/2 + r, and the sine and cosine of r."""
    shifted = lines.fma(x, lines.splat(2.0 / math.pi), lines.splat(MAGIC))
    minus = lines.binary("fsub", lines.splat(MAGIC), shifted)
    r = x
    for part in QUARTER:
        r = _exactly(lines, minus, lines.splat(part), r)
    square, one = lines.binary("fmul", r, r), lines.splat(1.0)
    sine = lines.fma(lines.binary("fmul", square, r), lines.polynomial(SINE, square), r)
    half = lines.binary("fmul", square, lines.splat(0.5))
    near = lines.binary("fsub", one, half)
    lost = lines.binary("fsub", lines.binary("fsub", one, near), half)
    fourth = lines.binary("fmul", square, square)
    cosine = lines.binary("fadd", near, lines.fma(fourth, lines.polynomial(COSINE, square), lost))
    return lines.bits(shifted), sine, cosine


def _bit(lines: Lines, k: str, bit: int) -> str:
    found = lines.integer("and", k, lines.whole(bit))
    return lines.let(f"icmp ne {lines.I} {found}, {lines.whole(0)}")


def sin(lines: Lines, x: str, _: Range = ALL) -> str:
    """The sine, |x| <= `FARTHEST`."""
    k, sine, cosine = _quarters(lines, x)
    value = lines.select(_bit(lines, k, 1), cosine, sine)
    value = lines.select(_bit(lines, k, 2), _minus(lines, value), value)
    return lines.select(lines.compare("oeq", x, lines.splat(0.0)), x, value)  # the sign of zero


def cos(lines: Lines, x: str, _: Range = ALL) -> str:
    """The cosine, |x| <= `FARTHEST`."""
    k, sine, cosine = _quarters(lines, x)
    value = lines.select(_bit(lines, k, 1), sine, cosine)
    return lines.select(_bit(lines, lines.integer("add", k, lines.whole(1)), 2), _minus(lines, value), value)


#: functions that hold up to a size of their argument; an engine leaves other rows to the kernels
LIMITED = {"sin": FARTHEST, "cos": FARTHEST}
FUNCTIONS = {**ELEMENTARY, "sin": sin, "cos": cos, "arcsinh": arcsinh, "erf": erf, "erfc": erfc}

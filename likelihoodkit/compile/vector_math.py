"""exp, log, log1p, expm1 and quotients of several numbers at once, as LLVM text: no branches, no library calls.

Each function is within 2 ulp over its whole range, subnormal numbers, infinities and NaN included; where the range of
the argument is known, the steps for what lies outside it are left out. The reductions are the classical ones (k log 2
taken off in two parts; s = f/(2 + f) for the logarithm, Sun's fdlibm coefficients). On processors with AVX-512 its
instructions for exponents, mantissas and small tables take their place, and quotients are Newton steps: a divider
takes 16 cycles for 8 numbers, in which 32 products are done.
"""

from __future__ import annotations

import math
import struct

from likelihoodkit.compile.ranges import ALL, LARGEST, Range

LOG2E, LN2_HI, LN2_LO = 1.4426950408889634, 6.93147180369123816490e-01, 1.90821492927058770002e-10
MAGIC = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest whole number in the low bits
#: (e^r - 1 - r)/r^2 for |r| <= log(2)/2, a fit at Chebyshev's points: 0.06 ulp of e^r
EXP = (
    0.5000000000000001, 0.16666666666666669, 0.04166666666662413, 0.008333333333330062, 0.0013888888917213717,
    0.00019841269863053618, 2.4801521295954376e-05, 2.7557268459997064e-06, 2.7620088445409746e-07,
    2.510038549551032e-08,
)  # fmt: skip
LOG = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
)  # fmt: skip
#: 1/m to 8 bits for m from 1 (and below 1.5) and from 3/4 (below 1), by the first four bits of m; 1 next to 1
INVERSES = (
    1.0, 0.9140625, 0.86328125, 0.8203125, 0.78125, 0.74609375, 0.7109375, 0.6796875,
    1.3046875, 1.25390625, 1.20703125, 1.1640625, 1.12109375, 1.0859375, 1.05078125, 1.0,
)  # fmt: skip
#: minus the logarithms of these, to a multiple of 2^-42, so that k log 2 is added without rounding, and the rest
LOGS = (
    0.0, 0.08985632912185793, 0.14701474296180095, 0.19806991376208316, 0.2468600779316148, 0.29290401643288533,
    0.3411707574027787, 0.3861221452650625, -0.2659635484972114, -0.22626367865041175, -0.18816383241824042,
    -0.15191604202573217, -0.11430477128010352, -0.08244366921098845, -0.04953393512232651, 0.0,
)  # fmt: skip
LOGS_LO = (
    0.0, 3.1218748807418837e-15, 8.710783796122478e-15, 1.0634128304268335e-14, -8.899851356560444e-14,
    4.727452940514406e-14, -1.156568624616423e-14, -2.9052332860840534e-14, 7.343591369867797e-14,
    -4.1641267302872263e-14, 5.743078393200756e-14, -1.0980754099855238e-13, 4.488953352238699e-14,
    -8.614512936087814e-14, 4.9880309107981426e-14, 0.0,
)  # fmt: skip
#: (log(1 + f) - f)/f^2 for -1/32 <= f <= 1/16, a fit at Chebyshev's points: 0.1 ulp of f
LOG_NEAR = (
    -0.49999999999999994, 0.33333333333340287, -0.2500000000009317, 0.1999999995328674, -0.16666665870721806,
    0.1428579138027727, -0.12501839998216407, 0.11081912861679763, -0.088437987998088,
)  # fmt: skip
#: between these 1/b and its Newton steps are normal numbers
SAFE = (2.0**-1000, 2.0**1000)


def number(x: float) -> str:
    """A double as LLVM writes it, to the last bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


class Lines:
    """Text of a function body under construction, ``lanes`` numbers at once; names count up.

    ``wide``: for a processor with AVX-512.
    """

    def __init__(self, lanes: int, *, wide: bool = False) -> None:
        self.lanes, self.wide = lanes, wide
        self.V, self.I, self.B = f"<{lanes} x double>", f"<{lanes} x i64>", f"<{lanes} x i1>"
        self.text: list[str] = []
        self._count = 0

    def splat(self, x: float) -> str:
        """The same double in every lane."""
        return "<" + ", ".join([f"double {number(x)}"] * self.lanes) + ">"

    def whole(self, x: int) -> str:
        """The same integer in every lane."""
        return "<" + ", ".join([f"i64 {x}"] * self.lanes) + ">"

    def let(self, right: str) -> str:
        """Name the value of an instruction."""
        self._count += 1
        name = f"%t{self._count}"
        self.text.append(f"  {name} = {right}")
        return name

    def binary(self, operation: str, a: str, b: str) -> str:
        """Arithmetic on doubles."""
        return self.let(f"{operation} {self.V} {a}, {b}")

    def call(self, name: str, *arguments: str) -> str:
        """A function of vectors."""
        return self.let(f"call {self.V} @{name}({', '.join(f'{self.V} {a}' for a in arguments)})")

    def fma(self, a: str, b: str, c: str) -> str:
        """a b + c, in one rounding where the machine can."""
        return self.call(f"llvm.fmuladd.v{self.lanes}f64", a, b, c)

    def compare(self, relation: str, a: str, b: str) -> str:
        """A mask."""
        return self.let(f"fcmp {relation} {self.V} {a}, {b}")

    def select(self, mask: str, a: str, b: str) -> str:
        """``a`` where the mask is set."""
        return self.let(f"select {self.B} {mask}, {self.V} {a}, {self.V} {b}")

    def polynomial(self, coefficients: tuple[float, ...], x: str) -> str:
        """A polynomial, constant first, by pairs (Estrin): a chain of log n steps, where Horner's has n."""
        terms, power = [self.splat(c) for c in coefficients], x
        while len(terms) > 1:
            pairs = [self.fma(terms[i + 1], power, terms[i]) for i in range(0, len(terms) - 1, 2)]
            terms = pairs + terms[len(pairs) * 2 :]
            if len(terms) > 1:
                power = self.binary("fmul", power, power)
        return terms[0]

    def bits(self, x: str) -> str:
        """Doubles as integers."""
        return self.let(f"bitcast {self.V} {x} to {self.I}")

    def double(self, x: str) -> str:
        """Integers as doubles with those bits."""
        return self.let(f"bitcast {self.I} {x} to {self.V}")

    def integer(self, operation: str, a: str, b: str) -> str:
        """Arithmetic on integers."""
        return self.let(f"{operation} {self.I} {a}, {b}")

    def _part(self, x: str, kind: str, place: int) -> str:
        picks = ", ".join(f"i32 {8 * place + k}" for k in range(8))
        whole = f"<{self.lanes} x {kind}>"
        return self.let(f"shufflevector {whole} {x}, {whole} poison, <8 x i32> <{picks}>") if self.lanes > 8 else x

    def instruction(self, name: str, *arguments: str) -> str:
        """One of `AVX512`."""
        return self.by_eight(AVX512[name][1], *arguments)

    def by_eight(self, call: str, *arguments: str) -> str:
        """A call on 8 numbers at a time; arguments that are integers begin with ``i64 ``."""
        pieces = []
        for place in range(self.lanes // 8):
            own = []
            for a in arguments:
                kind = "i64" if a.startswith("i64 ") else "double"
                own.append(f"<8 x {kind}> {self._part(a.removeprefix('i64 '), kind, place)}")
            pieces.append(self.let(call.format(*own)))
        while len(pieces) > 1:
            size = self.lanes // len(pieces)
            picks = ", ".join(f"i32 {k}" for k in range(2 * size))
            pieces = [
                self.let(f"shufflevector <{size} x double> {a}, <{size} x double> {b}, <{2 * size} x i32> <{picks}>")
                for a, b in zip(pieces[::2], pieces[1::2], strict=True)
            ]
        return pieces[0]

    def table(self, numbers: tuple[float, ...], index: str) -> str:
        """The number of a table of 16 that the low four bits of an index name."""
        halves = ["<" + ", ".join(f"double {number(x)}" for x in part) + ">" for part in (numbers[:8], numbers[8:])]
        return self.by_eight(
            f"call <8 x double> @llvm.x86.avx512.vpermi2var.pd.512(<8 x double> {halves[0]}, {{0}}, "
            f"<8 x double> {halves[1]})",
            f"i64 {index}",
        )


_EIGHT = "<8 x double>"
_REST = f"{_EIGHT} zeroinitializer, i8 -1"
#: name -> declaration and call of what AVX-512 does with 8 numbers at once
AVX512 = {
    "exponent": (
        f"declare {_EIGHT} @llvm.x86.avx512.mask.getexp.pd.512({_EIGHT}, {_EIGHT}, i8, i32)",
        f"call {_EIGHT} @llvm.x86.avx512.mask.getexp.pd.512({{0}}, {_REST}, i32 4)",
    ),
    "mantissa": (  # from 3/4 to below 3/2; NaN of what is negative
        f"declare {_EIGHT} @llvm.x86.avx512.mask.getmant.pd.512({_EIGHT}, i32, {_EIGHT}, i8, i32)",
        f"call {_EIGHT} @llvm.x86.avx512.mask.getmant.pd.512({{0}}, i32 11, {_REST}, i32 4)",
    ),
    "scale": (
        f"declare {_EIGHT} @llvm.x86.avx512.mask.scalef.pd.512({_EIGHT}, {_EIGHT}, {_EIGHT}, i8, i32)",
        f"call {_EIGHT} @llvm.x86.avx512.mask.scalef.pd.512({{0}}, {{1}}, {_REST}, i32 4)",
    ),
    "inverse": (  # to 14 bits
        f"declare {_EIGHT} @llvm.x86.avx512.rcp14.pd.512({_EIGHT}, {_EIGHT}, i8)",
        f"call {_EIGHT} @llvm.x86.avx512.rcp14.pd.512({{0}}, {_REST})",
    ),
}
_TABLE = f"declare {_EIGHT} @llvm.x86.avx512.vpermi2var.pd.512({_EIGHT}, <8 x i64>, {_EIGHT})"


def quotient(lines: Lines, a: str, b: str, above: Range = ALL, below: Range = ALL) -> str:
    """a/b, correctly rounded but for one in thousands where AVX-512 goes by Newton steps."""
    low, high = below if below[0] > 0 else (-below[1], -below[0])
    if not lines.wide or low < SAFE[0] or high > SAFE[1]:
        return lines.binary("fdiv", a, b)
    minus = lines.let(f"fneg {lines.V} {b}")
    inverse = lines.instruction("inverse", b)
    for _ in range(2):
        inverse = lines.fma(lines.fma(minus, inverse, lines.splat(1.0)), inverse, inverse)
    if a == lines.splat(1.0):
        return inverse
    rough = lines.binary("fmul", a, inverse)
    mended = lines.fma(lines.fma(minus, rough, a), inverse, rough)
    if max(abs(above[0]), abs(above[1])) < SAFE[1] * low:
        return mended
    size = lines.call(f"llvm.fabs.v{lines.lanes}f64", rough)
    return lines.select(lines.compare("olt", size, lines.splat(math.inf)), mended, rough)


def _nearest(lines: Lines, x: str) -> tuple[str, str]:
    """The nearest whole number to x/log 2 as a double, and with `MAGIC` added."""
    shifted = lines.fma(x, lines.splat(LOG2E), lines.splat(MAGIC))
    return lines.binary("fsub", shifted, lines.splat(MAGIC)), shifted


def _integer(lines: Lines, shifted: str) -> str:
    """A whole number to which `MAGIC` has been added, as an integer."""
    return lines.integer("sub", lines.bits(shifted), lines.whole(struct.unpack("<q", struct.pack("<d", MAGIC))[0]))


def _power_of_two(lines: Lines, k: str) -> str:
    return lines.double(lines.integer("shl", lines.integer("add", k, lines.whole(1023)), lines.whole(52)))


def _limited(lines: Lines, x: str, known: Range, low: float, high: float) -> str:
    """x moved into the limits where it may lie outside; NaN stays."""
    if known[1] > high:
        x = lines.select(lines.compare("ogt", x, lines.splat(high)), lines.splat(high), x)
    if known[0] < low:
        x = lines.select(lines.compare("olt", x, lines.splat(low)), lines.splat(low), x)
    return x


def reduced(lines: Lines, x: str) -> tuple[str, str, str, str]:
    """k as a double and with `MAGIC` added, r = x - k log 2, and e^r - 1 - r over r^2."""
    k, shifted = _nearest(lines, x)
    r = lines.fma(k, lines.splat(-LN2_HI), x)
    r = lines.fma(k, lines.splat(-LN2_LO), r)
    return k, shifted, r, lines.polynomial(EXP, r)


def exp(lines: Lines, x: str, known: Range = ALL) -> str:
    """e^x."""
    x = _limited(lines, x, known, -746.0, 710.0)
    k, shifted, r, rest = reduced(lines, x)
    value = lines.binary("fadd", lines.fma(lines.binary("fmul", r, r), rest, r), lines.splat(1.0))
    return scaled(lines, value, k, shifted, known)


def scaled(lines: Lines, value: str, k: str, shifted: str, known: Range) -> str:
    """value 2^k, k as `reduced` gives it; ``known`` is the range of k log 2."""
    if lines.wide:
        return lines.instruction("scale", value, k)
    ki = _integer(lines, shifted)
    if known[0] >= -708 and known[1] <= 709:
        return lines.binary("fmul", value, _power_of_two(lines, ki))
    # two steps: 2^k alone may leave the range
    half = _integer(lines, lines.fma(k, lines.splat(0.5), lines.splat(MAGIC)))
    value = lines.binary("fmul", value, _power_of_two(lines, half))
    return lines.binary("fmul", value, _power_of_two(lines, lines.integer("sub", ki, half)))


def expm1(lines: Lines, x: str, known: Range = ALL) -> str:
    """e^x - 1."""
    given, x = x, _limited(lines, x, known, -60.0, 710.0)
    _, shifted, r, rest = reduced(lines, x)
    ki = _integer(lines, shifted)
    near = lines.fma(lines.binary("fmul", r, r), rest, r)
    half = _power_of_two(lines, lines.integer("sub", ki, lines.whole(1)))
    value = lines.fma(half, near, lines.binary("fsub", half, lines.splat(0.5)))
    value = lines.binary("fadd", value, value)
    zero = lines.let(f"icmp eq {lines.I} {ki}, {lines.whole(0)}")
    return lines.select(lines.compare("oeq", given, lines.splat(0.0)), given, lines.select(zero, near, value))


def _by_table(lines: Lines, x: str, lost: str | None) -> str:
    """log(x + lost), infinite where x is 0 and where it is infinite, NaN where it is negative."""
    m = lines.instruction("mantissa", x)
    k = lines.binary("fsub", lines.instruction("exponent", x), lines.instruction("exponent", m))
    index = lines.integer("lshr", lines.bits(m), lines.whole(48))
    inverse = lines.table(INVERSES, index)
    f = lines.fma(m, inverse, lines.splat(-1.0))
    if lost is not None:
        scaled = lines.instruction("scale", lost, lines.let(f"fneg {lines.V} {k}"))
        f = lines.fma(scaled, inverse, f)
    rest = lines.polynomial(LOG_NEAR, f)
    low = lines.fma(k, lines.splat(LN2_LO), lines.table(LOGS_LO, index))
    low = lines.binary("fadd", lines.fma(lines.binary("fmul", f, f), rest, f), low)
    return lines.binary("fadd", lines.fma(k, lines.splat(LN2_HI), lines.table(LOGS, index)), low)


def _logarithm(lines: Lines, x: str, shift: str, lost: str | None) -> str:
    """log(x + lost) + shift log 2 for a normal x; ``lost`` is below half an ulp of it."""
    bits = lines.bits(x)
    e = lines.integer("ashr", lines.integer("sub", bits, lines.whole(0x3FE6A09E667F3BCD)), lines.whole(52))
    up = lines.integer("shl", e, lines.whole(52))
    f = lines.binary("fsub", lines.double(lines.integer("sub", bits, up)), lines.splat(1.0))
    if lost is not None:  # lost 2^-e, exact; 2^-e itself may leave the range where nothing is lost
        exact = lines.fma(lost, lines.double(lines.integer("sub", lines.whole(1023 << 52), up)), f)
        f = lines.select(lines.compare("olt", x, lines.splat(2.0**60)), exact, f)
    k = lines.binary("fadd", lines.let(f"sitofp {lines.I} {e} to {lines.V}"), shift)
    s = lines.binary("fdiv", f, lines.binary("fadd", f, lines.splat(2.0)))
    z = lines.binary("fmul", s, s)
    rest = lines.binary("fmul", z, lines.polynomial(LOG, z))
    half = lines.binary("fmul", lines.splat(0.5), lines.binary("fmul", f, f))
    inner = lines.fma(k, lines.splat(LN2_LO), lines.binary("fmul", s, lines.binary("fadd", half, rest)))
    inner = lines.binary("fsub", lines.binary("fsub", half, inner), f)
    return lines.fma(k, lines.splat(LN2_HI), lines.let(f"fneg {lines.V} {inner}"))


def log(lines: Lines, x: str, known: Range = ALL) -> str:
    """The natural logarithm."""
    if lines.wide:
        return _by_table(lines, x, None)
    if known[0] >= SAFE[0] and known[1] <= LARGEST:
        return _logarithm(lines, x, lines.splat(0.0), None)
    tiny = lines.compare("olt", x, lines.splat(2.2250738585072014e-308))
    normal = lines.select(tiny, lines.binary("fmul", x, lines.splat(2.0**54)), x)
    value = _logarithm(lines, normal, lines.select(tiny, lines.splat(-54.0), lines.splat(0.0)), None)
    value = lines.select(lines.compare("oeq", x, lines.splat(0.0)), lines.splat(-math.inf), value)
    value = lines.select(lines.compare("ult", x, lines.splat(0.0)), lines.splat(math.nan), value)
    return lines.select(lines.compare("oeq", x, lines.splat(math.inf)), x, value)


def log1p(lines: Lines, x: str, known: Range = ALL) -> str:
    """log(1 + x)."""
    one = lines.binary("fadd", x, lines.splat(1.0))
    lost = lines.binary("fsub", x, lines.binary("fsub", one, lines.splat(1.0)))
    if known[1] > 1:
        other = lines.binary("fsub", lines.splat(1.0), lines.binary("fsub", one, x))
        lost = lines.select(lines.compare("olt", x, lines.splat(1.0)), lost, other)
    value = _by_table(lines, one, lost) if lines.wide else _logarithm(lines, one, lines.splat(0.0), lost)
    if known[0] <= -1:
        value = lines.select(lines.compare("oeq", one, lines.splat(0.0)), lines.splat(-math.inf), value)
        value = lines.select(lines.compare("ult", one, lines.splat(0.0)), lines.splat(math.nan), value)
    if known[1] > LARGEST:
        value = lines.select(lines.compare("oeq", x, lines.splat(math.inf)), x, value)
    return value


def library(lanes: int, *, wide: bool) -> str:
    """The intrinsics that programs use."""
    vector = Lines(lanes).V
    declared = "".join(
        f"declare {vector} @llvm.{name}.v{lanes}f64({', '.join([vector] * count)})\n"
        for name, count in (("fmuladd", 3), ("fma", 3), ("sqrt", 1), ("fabs", 1), ("floor", 1), ("copysign", 2))
    )
    return declared + ("\n".join([_TABLE, *(d for d, _ in AVX512.values())]) + "\n" if wide else "")


def size(lines: Lines, x: str) -> str:
    """|x|."""
    return lines.call(f"llvm.fabs.v{lines.lanes}f64", x)


def signed(lines: Lines, a: str, x: str) -> str:
    """A size with the sign of x."""
    return lines.call(f"llvm.copysign.v{lines.lanes}f64", a, x)


def tanh(lines: Lines, x: str, _: Range = ALL) -> str:
    """t/(2 + t) with t = 1 - e^(-2|x|)."""
    t = expm1(lines, lines.binary("fmul", size(lines, x), lines.splat(-2.0)), (-math.inf, 0.0))
    minus = lines.let(f"fneg {lines.V} {t}")
    below = lines.binary("fadd", t, lines.splat(2.0))
    return signed(lines, quotient(lines, minus, below, (0.0, 1.0), (1.0, 2.0)), x)


def sinh(lines: Lines, x: str, _: Range = ALL) -> str:
    """(e + e/(1 + e))/2 with e = e^|x| - 1; far out the square of e^(|x|/2)."""
    a = size(lines, x)
    e = expm1(lines, lines.select(lines.compare("ogt", a, lines.splat(22.0)), lines.splat(22.0), a), (0.0, 22.0))
    share = quotient(lines, e, lines.binary("fadd", e, lines.splat(1.0)), (0.0, 1e10), (1.0, 1e10))
    near = lines.binary("fmul", lines.binary("fadd", e, share), lines.splat(0.5))
    half = exp(lines, lines.binary("fmul", a, lines.splat(0.5)), (0.0, math.inf))
    far = lines.binary("fmul", lines.binary("fmul", half, lines.splat(0.5)), half)
    return signed(lines, lines.select(lines.compare("ult", a, lines.splat(22.0)), near, far), x)


FUNCTIONS = {"exp": exp, "log": log, "log1p": log1p, "expm1": expm1, "tanh": tanh, "sinh": sinh}

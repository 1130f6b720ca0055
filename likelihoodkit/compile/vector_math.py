"""exp, log, log1p and expm1 of several numbers at once, as LLVM text: no branches, no library calls.

Each is within 2 ulp over its whole range, subnormal numbers, infinities and NaN included. The reductions are the
classical ones (k log 2 taken off in two parts; s = f/(2 + f) for the logarithm, Sun's fdlibm coefficients).
"""

from __future__ import annotations

import math
import struct

LOG2E, LN2_HI, LN2_LO = 1.4426950408889634, 6.93147180369123816490e-01, 1.90821492927058770002e-10
MAGIC = 6755399441055744.0  # 1.5 * 2^52: adding it leaves the nearest whole number in the low bits
EXP = tuple(1 / math.factorial(k) for k in range(2, 14))
LOG = (
    6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01,
    1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01,
)  # fmt: skip


def number(x: float) -> str:
    """A double as LLVM writes it, to the last bit."""
    return f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"


class Lines:
    """Text of a function body under construction, ``lanes`` numbers at once; names count up."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
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


def _nearest(lines: Lines, x: str) -> tuple[str, str]:
    """The nearest whole number as a double and as an integer."""
    shifted = lines.binary("fadd", x, lines.splat(MAGIC))
    as_integer = lines.integer(
        "sub", lines.bits(shifted), lines.whole(struct.unpack("<q", struct.pack("<d", MAGIC))[0])
    )
    return lines.binary("fsub", shifted, lines.splat(MAGIC)), as_integer


def _power_of_two(lines: Lines, k: str) -> str:
    return lines.double(lines.integer("shl", lines.integer("add", k, lines.whole(1023)), lines.whole(52)))


def _reduced(lines: Lines, x: str) -> tuple[str, str, str, str]:
    """k as double and integer, r = x - k log 2, and e^r - 1 - r over r^2."""
    k, ki = _nearest(lines, lines.binary("fmul", x, lines.splat(LOG2E)))
    r = lines.fma(k, lines.splat(-LN2_HI), x)
    r = lines.fma(k, lines.splat(-LN2_LO), r)
    return k, ki, r, lines.polynomial(EXP, r)


def _exp(lanes: int) -> str:
    lines = Lines(lanes)
    x = lines.select(lines.compare("ogt", "%x", lines.splat(710.0)), lines.splat(710.0), "%x")
    x = lines.select(lines.compare("olt", x, lines.splat(-746.0)), lines.splat(-746.0), x)
    k, ki, r, rest = _reduced(lines, x)
    square = lines.binary("fmul", r, r)
    value = lines.binary("fadd", lines.fma(square, rest, r), lines.splat(1.0))
    _, half = _nearest(lines, lines.binary("fmul", k, lines.splat(0.5)))  # two steps: 2^k alone may leave the range
    value = lines.binary("fmul", value, _power_of_two(lines, half))
    value = lines.binary("fmul", value, _power_of_two(lines, lines.integer("sub", ki, half)))
    return _function("exp", lines, value)


def _expm1(lanes: int) -> str:
    lines = Lines(lanes)
    x = lines.select(lines.compare("ogt", "%x", lines.splat(710.0)), lines.splat(710.0), "%x")
    x = lines.select(lines.compare("olt", x, lines.splat(-60.0)), lines.splat(-60.0), x)
    _, ki, r, rest = _reduced(lines, x)
    near = lines.fma(lines.binary("fmul", r, r), rest, r)
    half = _power_of_two(lines, lines.integer("sub", ki, lines.whole(1)))
    value = lines.fma(half, near, lines.binary("fsub", half, lines.splat(0.5)))
    value = lines.binary("fadd", value, value)
    zero = lines.let(f"icmp eq {lines.I} {ki}, {lines.whole(0)}")
    return _function("expm1", lines, lines.select(lines.compare("oeq", "%x", lines.splat(0.0)), "%x",
                                                  lines.select(zero, near, value)))  # fmt: skip


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


def _log(lanes: int) -> str:
    lines = Lines(lanes)
    tiny = lines.compare("olt", "%x", lines.splat(2.2250738585072014e-308))
    x = lines.select(tiny, lines.binary("fmul", "%x", lines.splat(2.0**54)), "%x")
    value = _logarithm(lines, x, lines.select(tiny, lines.splat(-54.0), lines.splat(0.0)), None)
    value = lines.select(lines.compare("oeq", "%x", lines.splat(0.0)), lines.splat(-math.inf), value)
    value = lines.select(lines.compare("ult", "%x", lines.splat(0.0)), lines.splat(math.nan), value)
    return _function("log", lines, lines.select(lines.compare("oeq", "%x", lines.splat(math.inf)), "%x", value))


def _log1p(lanes: int) -> str:
    lines = Lines(lanes)
    one = lines.binary("fadd", "%x", lines.splat(1.0))
    left = lines.binary("fsub", "%x", lines.binary("fsub", one, lines.splat(1.0)))
    right = lines.binary("fsub", lines.splat(1.0), lines.binary("fsub", one, "%x"))
    lost = lines.select(lines.compare("olt", "%x", lines.splat(1.0)), left, right)
    value = _logarithm(lines, one, lines.splat(0.0), lost)
    value = lines.select(lines.compare("oeq", one, lines.splat(0.0)), lines.splat(-math.inf), value)
    value = lines.select(lines.compare("ult", one, lines.splat(0.0)), lines.splat(math.nan), value)
    value = lines.select(lines.compare("oeq", "%x", lines.splat(0.0)), "%x", value)
    return _function("log1p", lines, lines.select(lines.compare("oeq", "%x", lines.splat(math.inf)), "%x", value))


def _function(name: str, lines: Lines, answer: str) -> str:
    body = "\n".join(lines.text)
    return f"define internal {lines.V} @k.{name}({lines.V} %x) alwaysinline {{\n{body}\n  ret {lines.V} {answer}\n}}\n"


def library(lanes: int) -> str:
    """The four functions and the intrinsics they and programs use."""
    vector = Lines(lanes).V
    declared = "".join(
        f"declare {vector} @llvm.{name}.v{lanes}f64({', '.join([vector] * count)})\n"
        for name, count in (("fmuladd", 3), ("sqrt", 1), ("fabs", 1), ("floor", 1))
    )
    return declared + _log(lanes) + _log1p(lanes) + _exp(lanes) + _expm1(lanes)

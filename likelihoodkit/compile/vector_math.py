"""exp, log, log1p and expm1 of eight numbers at once, as LLVM text: no branches, no library calls.

Each is within 2 ulp over its whole range, subnormal numbers, infinities and NaN included. The reductions are the
classical ones (k log 2 taken off in two parts; s = f/(2 + f) for the logarithm, Sun's fdlibm coefficients).
"""

from __future__ import annotations

import math
import struct

LANES = 8
V, I, B = f"<{LANES} x double>", f"<{LANES} x i64>", f"<{LANES} x i1>"

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


def splat(x: float) -> str:
    """Eight times the same double."""
    return "<" + ", ".join([f"double {number(x)}"] * LANES) + ">"


def whole(x: int) -> str:
    """Eight times the same integer."""
    return "<" + ", ".join([f"i64 {x}"] * LANES) + ">"


class Lines:
    """Text of a function body under construction; names count up."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._count = 0

    def let(self, right: str) -> str:
        """Name the value of an instruction."""
        self._count += 1
        name = f"%t{self._count}"
        self.text.append(f"  {name} = {right}")
        return name

    def binary(self, operation: str, a: str, b: str) -> str:
        """Arithmetic on doubles."""
        return self.let(f"{operation} {V} {a}, {b}")

    def call(self, name: str, *arguments: str) -> str:
        """A function of vectors."""
        return self.let(f"call {V} @{name}({', '.join(f'{V} {a}' for a in arguments)})")

    def fma(self, a: str, b: str, c: str) -> str:
        """a b + c, in one rounding where the machine can."""
        return self.call("llvm.fmuladd.v8f64", a, b, c)

    def compare(self, relation: str, a: str, b: str) -> str:
        """A mask."""
        return self.let(f"fcmp {relation} {V} {a}, {b}")

    def select(self, mask: str, a: str, b: str) -> str:
        """``a`` where the mask is set."""
        return self.let(f"select {B} {mask}, {V} {a}, {V} {b}")

    def polynomial(self, coefficients: tuple[float, ...], x: str) -> str:
        """A polynomial, constant first, by pairs (Estrin): a chain of log n steps, where Horner's has n."""
        terms, power = [splat(c) for c in coefficients], x
        while len(terms) > 1:
            pairs = [self.fma(terms[i + 1], power, terms[i]) for i in range(0, len(terms) - 1, 2)]
            terms = pairs + terms[len(pairs) * 2 :]
            if len(terms) > 1:
                power = self.binary("fmul", power, power)
        return terms[0]

    def bits(self, x: str) -> str:
        """Doubles as integers."""
        return self.let(f"bitcast {V} {x} to {I}")

    def double(self, x: str) -> str:
        """Integers as doubles with those bits."""
        return self.let(f"bitcast {I} {x} to {V}")

    def integer(self, operation: str, a: str, b: str) -> str:
        """Arithmetic on integers."""
        return self.let(f"{operation} {I} {a}, {b}")


def _nearest(lines: Lines, x: str) -> tuple[str, str]:
    """The nearest whole number as a double and as an integer."""
    shifted = lines.binary("fadd", x, splat(MAGIC))
    as_integer = lines.integer("sub", lines.bits(shifted), whole(struct.unpack("<q", struct.pack("<d", MAGIC))[0]))
    return lines.binary("fsub", shifted, splat(MAGIC)), as_integer


def _power_of_two(lines: Lines, k: str) -> str:
    return lines.double(lines.integer("shl", lines.integer("add", k, whole(1023)), whole(52)))


def _reduced(lines: Lines, x: str) -> tuple[str, str, str, str]:
    """k as double and integer, r = x - k log 2, and e^r - 1 - r over r^2."""
    k, ki = _nearest(lines, lines.binary("fmul", x, splat(LOG2E)))
    r = lines.fma(k, splat(-LN2_HI), x)
    r = lines.fma(k, splat(-LN2_LO), r)
    return k, ki, r, lines.polynomial(EXP, r)


def _exp() -> str:
    lines = Lines()
    x = lines.select(lines.compare("ogt", "%x", splat(710.0)), splat(710.0), "%x")
    x = lines.select(lines.compare("olt", x, splat(-746.0)), splat(-746.0), x)
    k, ki, r, rest = _reduced(lines, x)
    square = lines.binary("fmul", r, r)
    value = lines.binary("fadd", lines.fma(square, rest, r), splat(1.0))
    _, half = _nearest(lines, lines.binary("fmul", k, splat(0.5)))  # two steps: 2^k alone may leave the range
    value = lines.binary("fmul", value, _power_of_two(lines, half))
    value = lines.binary("fmul", value, _power_of_two(lines, lines.integer("sub", ki, half)))
    return _function("exp", lines, value)


def _expm1() -> str:
    lines = Lines()
    x = lines.select(lines.compare("ogt", "%x", splat(710.0)), splat(710.0), "%x")
    x = lines.select(lines.compare("olt", x, splat(-60.0)), splat(-60.0), x)
    _, ki, r, rest = _reduced(lines, x)
    near = lines.fma(lines.binary("fmul", r, r), rest, r)
    half = _power_of_two(lines, lines.integer("sub", ki, whole(1)))
    value = lines.fma(half, near, lines.binary("fsub", half, splat(0.5)))
    value = lines.binary("fadd", value, value)
    zero = lines.let(f"icmp eq {I} {ki}, {whole(0)}")
    return _function("expm1", lines, lines.select(lines.compare("oeq", "%x", splat(0.0)), "%x",
                                                  lines.select(zero, near, value)))  # fmt: skip


def _logarithm(lines: Lines, x: str, shift: str, lost: str | None) -> str:
    """log(x + lost) + shift log 2 for a normal x; ``lost`` is below half an ulp of it."""
    bits = lines.bits(x)
    e = lines.integer("ashr", lines.integer("sub", bits, whole(0x3FE6A09E667F3BCD)), whole(52))
    up = lines.integer("shl", e, whole(52))
    f = lines.binary("fsub", lines.double(lines.integer("sub", bits, up)), splat(1.0))
    if lost is not None:  # lost 2^-e, exact; 2^-e itself may leave the range where nothing is lost
        exact = lines.fma(lost, lines.double(lines.integer("sub", whole(1023 << 52), up)), f)
        f = lines.select(lines.compare("olt", x, splat(2.0**60)), exact, f)
    k = lines.binary("fadd", lines.let(f"sitofp {I} {e} to {V}"), shift)
    s = lines.binary("fdiv", f, lines.binary("fadd", f, splat(2.0)))
    z = lines.binary("fmul", s, s)
    rest = lines.binary("fmul", z, lines.polynomial(LOG, z))
    half = lines.binary("fmul", splat(0.5), lines.binary("fmul", f, f))
    inner = lines.fma(k, splat(LN2_LO), lines.binary("fmul", s, lines.binary("fadd", half, rest)))
    inner = lines.binary("fsub", lines.binary("fsub", half, inner), f)
    return lines.fma(k, splat(LN2_HI), lines.let(f"fneg {V} {inner}"))


def _log() -> str:
    lines = Lines()
    tiny = lines.compare("olt", "%x", splat(2.2250738585072014e-308))
    x = lines.select(tiny, lines.binary("fmul", "%x", splat(2.0**54)), "%x")
    value = _logarithm(lines, x, lines.select(tiny, splat(-54.0), splat(0.0)), None)
    value = lines.select(lines.compare("oeq", "%x", splat(0.0)), splat(-math.inf), value)
    value = lines.select(lines.compare("ult", "%x", splat(0.0)), splat(math.nan), value)
    return _function("log", lines, lines.select(lines.compare("oeq", "%x", splat(math.inf)), "%x", value))


def _log1p() -> str:
    lines = Lines()
    one = lines.binary("fadd", "%x", splat(1.0))
    left = lines.binary("fsub", "%x", lines.binary("fsub", one, splat(1.0)))
    right = lines.binary("fsub", splat(1.0), lines.binary("fsub", one, "%x"))
    lost = lines.select(lines.compare("olt", "%x", splat(1.0)), left, right)
    value = _logarithm(lines, one, splat(0.0), lost)
    value = lines.select(lines.compare("oeq", one, splat(0.0)), splat(-math.inf), value)
    value = lines.select(lines.compare("ult", one, splat(0.0)), splat(math.nan), value)
    value = lines.select(lines.compare("oeq", "%x", splat(0.0)), "%x", value)
    return _function("log1p", lines, lines.select(lines.compare("oeq", "%x", splat(math.inf)), "%x", value))


def _function(name: str, lines: Lines, answer: str) -> str:
    body = "\n".join(lines.text)
    return f"define internal {V} @k.{name}({V} %x) alwaysinline {{\n{body}\n  ret {V} {answer}\n}}\n"


def library() -> str:
    """The four functions and the intrinsics they and programs use."""
    declared = "".join(
        f"declare {V} @llvm.{name}.v8f64({', '.join([V] * count)})\n"
        for name, count in (("fmuladd", 3), ("sqrt", 1), ("fabs", 1), ("floor", 1))
    )
    return declared + _log() + _log1p() + _exp() + _expm1()

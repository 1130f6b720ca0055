"""What is done across the entries of a vector, as a straight line: one row per primitive.

The operations beyond those of a trace: ``argmax_over`` (the place of the first greatest entry), ``entries_of`` (how
many there are), ``column_of`` (a column of a square matrix that lies by rows), ``frozen`` (the number itself, without a
slope).
"""

from __future__ import annotations

from collections.abc import Callable

from likelihoodkit.compile.forms import FORMS
from likelihoodkit.compile.trace import Trace, Value

Row = Callable[..., Value]
#: name of a kernel -> its straight line
ROWS: dict[str, Row] = {"softmax": FORMS["softmax"]}
FAR = 2.0**1021  # differences of numbers up to it are in range
#: operations that are carried out by the framework's own functions
OPERATIONS = ("max_over", "sum_over", "pick", "put", "argmax_over", "entries_of", "column_of", "frozen")


def row(formula: Row) -> Row:
    """Enter a formula under its own name."""
    ROWS[formula.__name__] = formula
    return formula


def _zeros(trace: Trace, v: Value) -> Value:
    return trace.where(trace.emit("equal", v, v), 0.0, 0.0 * v)


def _top(trace: Trace, v: Value) -> Value:
    return trace.raw("argmax_over", (v.target,))


def _sum(trace: Trace, v: Value) -> Value:
    return trace.emit("sum_over", v)


def _put(trace: Trace, v: Value, y: Value, entry: Value | float) -> Value:
    return trace.emit("put", v, y, entry)


def _apart(trace: Trace, z: Value, y: Value) -> tuple[Value, Value, Value, Value]:
    """max - z_y, e^(z_j - max) with 0 for the class y, their sum, and e^(z_y - max): logits of any size."""
    largest = trace.emit("max_over", z)
    top = largest - trace.emit("pick", z, y)
    others = _put(trace, trace.exp(z - largest), y, 0.0)
    return top, others, _sum(trace, others), trace.exp(-top)


@row
def softmax_cross_entropy(trace: Trace, z: Value, y: Value) -> Value:
    """log1p of the sum of the others where y is the greatest, else the gap and the rest."""
    top, _, rest, own = _apart(trace, z, y)
    return top + trace.log1p(trace.where(top > 0.0, (rest - 1.0) + own, rest))


@row
def softmax_residual(trace: Trace, z: Value, y: Value) -> Value:
    """softmax(z), the entry y as minus the sum of the others."""
    _, others, rest, own = _apart(trace, z, y)
    total = 1.0 / (rest + own)
    return _put(trace, others * total, y, -(rest * total))


@row
def entries(trace: Trace, v: Value) -> Value:
    """K."""
    return trace.raw("entries_of", (v.target,))


@row
def size_of(trace: Trace, v: Value) -> Value:
    """d."""
    return entries(trace, v)


@row
def column_of(trace: Trace, matrix: Value, y: Value) -> Value:
    """Column y of a square matrix."""
    return trace.raw("column_of", (matrix.target, y.target), vector=True)


@row
def one_hot(trace: Trace, y: Value, like: Value) -> Value:
    """1 at entry y."""
    return _put(trace, _zeros(trace, like), y, 1.0)


@row
def largest_other(trace: Trace, v: Value, y: Value) -> Value:
    """The largest entry but y."""
    return trace.emit("max_over", _put(trace, v, y, float("-inf")))


@row
def is_largest_other(trace: Trace, v: Value, y: Value) -> Value:
    """1 at the first entry that is the largest but y."""
    return one_hot(trace, _top(trace, _put(trace, v, y, float("-inf"))), v)


@row
def log_sum_exp(trace: Trace, z: Value) -> Value:
    """max + log1p of the sum of the others; an entry of minus infinity is nothing."""
    top = _top(trace, z)
    largest = trace.emit("pick", z, top)
    base = trace.where(abs(largest) < float("inf"), largest, 0.0)
    return largest + trace.log1p(_sum(trace, _put(trace, trace.exp(z - base), top, 0.0)))


@row
def times_softmax(trace: Trace, v: Value, z: Value) -> Value:
    """v times a share, 0 where that has vanished."""
    shares = FORMS["softmax"](trace, z)
    return trace.where(trace.emit("equal", shares, 0.0), 0.0, shares * v)


@row
def softmax_pull(trace: Trace, z: Value, v: Value) -> Value:
    """p (v - sum_k p_k v_k); an entry near that of the largest p is counted from it."""
    shares = FORMS["softmax"](trace, z)
    if v.target in trace.vectors:
        leading = trace.emit("pick", v, _top(trace, shares))
    else:
        return 0.0 * shares
    beyond = v - leading
    close = abs(beyond) <= 0.5 * abs(v)
    rest = trace.where(close, beyond - _sum(trace, shares * beyond), v - _sum(trace, shares * v))
    return shares * rest


@row
def channel_cross_entropy(trace: Trace, z: Value, c: Value) -> Value:
    """-log sum_k c_k softmax(z)_k, of z less its largest entry."""
    below = z - trace.emit("max_over", z)
    odds = log_sum_exp(trace, below + trace.log1p(-c)) - log_sum_exp(trace, below + trace.log(c))
    return FORMS["softplus"](trace, odds)


@row
def channel_residual(trace: Trace, z: Value, c: Value) -> Value:
    """p_k (s - c_k)/s, where c_k and s are counted from the c of the largest p."""
    shares = FORMS["softmax"](trace, z)
    leading = trace.emit("pick", c, _top(trace, shares))
    beyond = c - leading
    close = abs(beyond) <= 0.5 * abs(c)
    seen = _sum(trace, shares * c)
    rest = trace.where(close, beyond - _sum(trace, shares * beyond), c - seen)
    apart = shares - FORMS["softmax"](trace, z + trace.log(c))
    common = trace.where(trace.emit("equal", leading, 0.0), apart, -(rest * (shares / seen)))
    return trace.where(trace.emit("equal", c, 0.0), shares, common)


@row
def soft_cross_entropy(trace: Trace, z: Value, y: Value) -> Value:
    """sum_k y_k (log_sum_exp(z) - z_k) as a sum of terms that are never negative."""
    top = _top(trace, z)
    below = trace.emit("pick", z, top) - z
    others = _put(trace, trace.exp(-below), top, 0.0)
    surprise = below + trace.log1p(_sum(trace, others))
    return _sum(trace, trace.where(trace.emit("equal", y, 0.0), 0.0, y * surprise))


def _others(trace: Trace, v: Value) -> Value:
    """The sum of all entries but k, for each k."""
    top = _top(trace, v)
    rest = _put(trace, v, top, 0.0)
    without = _sum(trace, rest)
    return _put(trace, (without - rest) + trace.emit("pick", v, top), top, without)


@row
def soft_residual(trace: Trace, z: Value, y: Value) -> Value:
    """softmax(z) sum(y) - y."""
    shares = FORMS["softmax"](trace, z)
    return shares * _others(trace, y) - y * _others(trace, shares)


def _parts(trace: Trace, v: Value) -> tuple[Value, Value, Value, Value]:
    """(is v zero, its largest entry, v over it, the length of that), with 1 for what would be divided by 0."""
    size = trace.emit("max_over", abs(v))
    zero = trace.emit("equal", size, 0.0)
    base = trace.where(zero, 1.0, size)
    endless = abs(v) >= float("inf")  # outweighs all finite entries
    finite = trace.where(base < float("inf"), base, 1.0)
    limit = trace.where(endless, trace.where(v > 0.0, 1.0, -1.0), 0.0)
    part = trace.where(base < float("inf"), trace.where(endless, 0.0, v) / finite, limit)
    return zero, base, part, trace.where(zero, 1.0, trace.emit("sqrt", _sum(trace, part * part)))


@row
def norm(trace: Trace, v: Value) -> Value:
    """|v|."""
    zero, base, _, length = _parts(trace, v)
    return trace.where(zero, 0.0, base * length)


@row
def heading(trace: Trace, v: Value) -> Value:
    """v/|v|; zeros where v is."""
    _, _, part, length = _parts(trace, v)
    return part / length


@row
def inverse_length(trace: Trace, v: Value) -> Value:
    """1/|v|; 0 where v is 0."""
    zero, base, _, length = _parts(trace, v)
    return trace.where(zero, 0.0, 1.0 / length / base)


def _square(trace: Trace, v: Value) -> Value:
    return _sum(trace, v * v)


@row
def heading_pull(trace: Trace, v: Value, a: Value) -> Value:
    """(a - h (a h))/|v|; the longest entry of h by the squares of the others."""
    zero, base, part, length = _parts(trace, v)
    h = part / length
    spread = a + _zeros(trace, v)
    top = _top(trace, abs(h))
    rest = _put(trace, h, top, 0.0)
    leading = trace.emit("pick", spread, top) * _square(trace, rest)
    leading = leading - trace.emit("pick", h, top) * _sum(trace, rest * spread)
    found = _put(trace, spread - h * _sum(trace, spread * h), top, leading)
    return trace.where(zero, 0.0, found / length / base)


@row
def cosine_complement(trace: Trace, u: Value, v: Value) -> Value:
    """Half the squared distance of the directions."""
    return 0.5 * _square(trace, heading(trace, u) - heading(trace, v))


def _triangle(trace: Trace, one: Value, near: Value, far: Value) -> tuple[Value, ...]:
    """(u/size, v/size, u - v, |u|/size, |v|/size, size, half) of u = one - near and v = one - far.

    Points whose differences may leave the range are halved, and all lengths with them.
    """
    most = trace.emit("max_over", trace.where(abs(near) > abs(far), abs(near), abs(far)))
    own = trace.emit("max_over", abs(one))
    half = trace.where(trace.where(own > most, own, most) > FAR, 0.5, 1.0)
    one, near, far = half * one, half * near, half * far
    u, v = one - near, one - far
    wide, high = trace.emit("max_over", abs(u)), trace.emit("max_over", abs(v))
    size = trace.where(wide > high, wide, high)
    size = trace.where(trace.emit("equal", size, 0.0), 1.0, size)
    u, v = u / size, v / size
    first, second = _square(trace, u), _square(trace, v)
    none, nothing = trace.emit("equal", first, 0.0), trace.emit("equal", second, 0.0)
    first = trace.where(none, 0.0, trace.emit("sqrt", trace.where(none, 1.0, first)))
    second = trace.where(nothing, 0.0, trace.emit("sqrt", trace.where(nothing, 1.0, second)))
    return u, v, far - near, first, second, size, half


def _unless_zero(trace: Trace, x: Value) -> Value:
    return trace.where(trace.emit("equal", x, 0.0), 1.0, x)


@row
def distance_gap(trace: Trace, one: Value, near: Value, far: Value) -> Value:
    """|u| - |v| = sum (u - v)(u + v)/(|u| + |v|)."""
    u, v, apart, first, second, _, half = _triangle(trace, one, near, far)
    return _sum(trace, apart * ((u + v) / _unless_zero(trace, first + second))) / half


@row
def heading_gap(trace: Trace, one: Value, near: Value, far: Value) -> Value:
    """u/|u| - v/|v|, from u - v where the two are close, and from minors in the longest entry."""
    u, v, apart, first, second, size, _ = _triangle(trace, one, near, far)
    left, right = _unless_zero(trace, first), _unless_zero(trace, second)
    hu, hv, r = u / left, v / right, apart / size / right
    close = 4.0 * _square(trace, apart / size) <= (first + second) * (first + second)
    middle = (u + v) / (left + right)
    joint = (left + right) / (2.0 * left) * (r - middle * _sum(trace, r * middle))
    found = trace.where(close, joint, hu - hv)
    top = _top(trace, abs(hu + hv))
    a, b, c = (trace.emit("pick", x, top) for x in (hu, hv, r))
    minors = _put(trace, trace.where(close, c * hu - a * r, a * hv - b * hu), top, 0.0)
    alike = a * b > 0.0
    leading = _sum(trace, minors * (a * hv + b * hu)) / trace.where(alike, a + b, 1.0)
    return _put(trace, found, top, trace.where(alike, leading, a - b))


@row
def heading_pull_gap(trace: Trace, one: Value, near: Value, far: Value, a: Value) -> Value:
    """heading_pull of u less that of v, from what their lengths and directions differ by."""
    u, v, apart, first, second, size, half = _triangle(trace, one, near, far)
    left, right = _unless_zero(trace, first), _unless_zero(trace, second)
    hu, hv, turn = u / left, v / right, heading_gap(trace, one, near, far)
    longer = _sum(trace, (apart / size) * ((u + v) / (left + right))) / left
    across = left * heading_pull(trace, u, a)
    bent = longer * across + (turn * _sum(trace, hu * a) + hv * _sum(trace, turn * a))
    each = heading_pull(trace, one - near, a) - heading_pull(trace, one - far, a)
    alike = trace.where(
        first <= 2.0 * second, trace.where(second <= 2.0 * first, first > 0.0, first < 0.0), first < 0.0
    )
    return trace.where(alike, -bent / right / size * half, each)

"""LLVM text of a loop over the rows of a narrow design: weighted sums of its columns, and of their products.

BLAS is made for matrices that are wide both ways; with twenty columns it takes twice the time of this loop. A row is
read in groups of four columns, the last of which may repeat columns of the one before it, so that one text serves
designs of any width from four on.
"""

from __future__ import annotations

#: columns of a group
LANES = 4
#: groups whose sums are kept in registers: beside weighted rows, and beside the rows of one factor
SUMS, SQUARES = 5, 3
_V = f"<{LANES} x double>"


def _splat(name: str, number: str) -> str:
    return (
        f"  %{name}_one = insertelement {_V} poison, double {number}, i32 0\n"
        f"  %{name} = shufflevector {_V} %{name}_one, {_V} poison, <{LANES} x i32> zeroinitializer"
    )


def _block(groups: int, factors: int) -> str:
    """A loop that adds ``w x`` for each of so many groups of columns, or ``w x f`` for each of so many factors f."""
    count = groups * max(factors, 1)
    places = "\n".join(f"  %o{k} = getelementptr {_V}, ptr %out, i64 {k}" for k in range(count))
    begun = "\n".join(f"  %b{k} = load {_V}, ptr %o{k}, align 8" for k in range(count))
    sums = "\n".join(f"  %s{k} = phi {_V} [ %b{k}, %entry ], [ %t{k}, %loop ]" for k in range(count))
    read = "\n".join(
        f"  %p{g} = getelementptr {_V}, ptr %here, i64 {g}\n  %x{g} = load {_V}, ptr %p{g}, align 8"
        for g in range(groups)
    )
    add = f"call {_V} @llvm.fmuladd.v{LANES}f64"
    if factors:
        body = "\n".join(f"  %wx{g} = fmul {_V} %w, %x{g}" for g in range(groups))
        for f in range(factors):
            body += (
                f"\n  %q{f} = getelementptr double, ptr %beside, i64 {f}\n  %f{f} = load double, ptr %q{f}, align 8\n"
            )
            body += _splat(f"g{f}", f"%f{f}")
            for g in range(groups):
                k = f * groups + g
                body += f"\n  %t{k} = {add}({_V} %g{f}, {_V} %wx{g}, {_V} %s{k})"
    else:
        body = "\n".join(f"  %t{g} = {add}({_V} %w, {_V} %x{g}, {_V} %s{g})" for g in range(groups))
    return f"""
define internal void @block{groups}_{factors}(i64 %rows, i64 %width, ptr %x, ptr %left, ptr %weights, ptr noalias %out)
noinline {{
entry:
{places}
{begun}
  br label %loop
loop:
  %row = phi i64 [ 0, %entry ], [ %next, %loop ]
  %at = phi i64 [ 0, %entry ], [ %after, %loop ]
{sums}
  %here = getelementptr double, ptr %x, i64 %at
  %beside = getelementptr double, ptr %left, i64 %at
  %wp = getelementptr double, ptr %weights, i64 %row
  %wn = load double, ptr %wp, align 8
{_splat("w", "%wn")}
{read}
{body}
  %next = add i64 %row, 1
  %after = add i64 %at, %width
  %more = icmp slt i64 %next, %rows
  br i1 %more, label %loop, label %end
end:
{chr(10).join(f"  store {_V} %t{k}, ptr %o{k}, align 8" for k in range(count))}
  ret void
}}"""


def _sums() -> str:
    """``sums(arguments)``: rows, rows of a chunk, width, x, weights, out, blocks, and four numbers for each block.

    Those are which loop it is, where its columns begin, where its factors do, and which of the weights it takes, of
    which each has a number per row. A chunk of rows is gone through by all blocks while it is in the cache.
    """
    kinds = [(g, 0) for g in range(1, SUMS + 1)] + [(g, LANES) for g in range(1, SQUARES + 1)]
    names = ["rows", "chunk", "width", "x", "weights", "out", "blocks", "plan"]
    loads = "\n".join(
        f"  %a{i} = getelementptr i64, ptr %arguments, i64 {i}\n"
        f"  %{n} = load {'ptr' if n in ('x', 'weights', 'out', 'plan') else 'i64'}, ptr %a{i}"
        for i, n in enumerate(names)
    )
    cases = "\n".join(f"    i64 {k}, label %kind{k}" for k in range(len(kinds)))
    calls = "\n".join(
        f"kind{k}:\n  call void @block{g}_{f}(i64 %size, i64 %width, ptr %xs, ptr %fs, ptr %ws, ptr %to)\n"
        f"  %to{k} = getelementptr {_V}, ptr %to, i64 {g * max(f, 1)}\n  br label %done"
        for k, (g, f) in enumerate(kinds)
    )
    moved = ", ".join(f"[ %to{k}, %kind{k} ]" for k in range(len(kinds)))
    return f"""
define void @sums(ptr %arguments) {{
entry:
{loads}
  br label %chunks
chunks:
  %start = phi i64 [ 0, %entry ], [ %stop, %chunked ]
  %full = add i64 %start, %chunk
  %short = icmp slt i64 %full, %rows
  %stop = select i1 %short, i64 %full, i64 %rows
  %size = sub i64 %stop, %start
  %first = mul i64 %start, %width
  %tile = getelementptr double, ptr %x, i64 %first
  br label %each
each:
  %block = phi i64 [ 0, %chunks ], [ %following, %done ]
  %to = phi ptr [ %out, %chunks ], [ %on, %done ]
  %told = mul i64 %block, 4
  %k0 = getelementptr i64, ptr %plan, i64 %told
  %kind = load i64, ptr %k0
  %k1 = getelementptr i64, ptr %k0, i64 1
  %column = load i64, ptr %k1
  %k2 = getelementptr i64, ptr %k0, i64 2
  %factor = load i64, ptr %k2
  %k3 = getelementptr i64, ptr %k0, i64 3
  %which = load i64, ptr %k3
  %before = mul i64 %which, %rows
  %begin = add i64 %before, %start
  %ws = getelementptr double, ptr %weights, i64 %begin
  %xs = getelementptr double, ptr %tile, i64 %column
  %fs = getelementptr double, ptr %tile, i64 %factor
  switch i64 %kind, label %strange [
{cases}
  ]
strange:
  unreachable
{calls}
done:
  %on = phi ptr {moved}
  %following = add i64 %block, 1
  %again = icmp slt i64 %following, %blocks
  br i1 %again, label %each, label %chunked
chunked:
  %left = icmp slt i64 %stop, %rows
  br i1 %left, label %chunks, label %end
end:
  ret void
}}"""


def text() -> str:
    """The module."""
    blocks = [_block(g, 0) for g in range(1, SUMS + 1)] + [_block(g, LANES) for g in range(1, SQUARES + 1)]
    declared = f"declare {_V} @llvm.fmuladd.v{LANES}f64({_V}, {_V}, {_V})"
    return "\n".join([declared, *blocks, _sums()])

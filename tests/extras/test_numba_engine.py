"""The compiled engine: its own exp and log against mpmath, whole losses against the NumPy engine."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest
from scipy import special

import likelihoodkit as lk
from likelihoodkit.compile import held, numba_engine
from likelihoodkit.compile.numba_engine import CompiledRunner
from likelihoodkit.compile.program import Program
from likelihoodkit.compile.trace import Trace
from likelihoodkit.errors import InputError, ShapeError, SupportError
from likelihoodkit.loss import engines
from scope import NUMBERS

SPECIAL = [
    0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -5e-324, 1e-310, 2.2250738585072014e-308, 1.7976931348623157e308,
    -1.0, 1.0, np.nextafter(-1, 0), 709.78, 709.79, -745.13, -745.14, -708.5, -720.3, 1e-17, 0.5, 1e16,
]  # fmt: skip


#: where sine or cosine is all but zero
QUARTERS = np.concatenate([np.arange(-200, 200), np.arange(1, 60000, 97)]) * np.pi / 2


def places(name: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    n = 1500
    near = 1 + rng.normal(size=n) * 10.0 ** rng.uniform(-16, 0, n)
    drawn = {
        "exp": [rng.uniform(-746, 710, n), rng.normal(size=n) * 10.0 ** rng.uniform(-20, 0, n)],
        "expm1": [rng.uniform(-60, 710, n), rng.normal(size=n) * 10.0 ** rng.uniform(-300, 0, n)],
        "log": [10.0 ** rng.uniform(-323, 308, n), np.abs(near)],
        "tanh": [rng.normal(size=n) * 10.0 ** rng.uniform(-300, 1, n), rng.normal(size=n)],
        "sinh": [rng.uniform(-712, 712, n), rng.normal(size=n) * 10.0 ** rng.uniform(-300, 1, n)],
        "arcsinh": [rng.normal(size=n) * 10.0 ** rng.uniform(-300, 308, n), rng.normal(size=n) * 5],
        "sin": [rng.uniform(-1e5, 1e5, n), rng.normal(size=n) * 10.0 ** rng.uniform(-300, 4, n), QUARTERS],
        "cos": [rng.uniform(-1e5, 1e5, n), rng.normal(size=n) * 10.0 ** rng.uniform(-300, 4, n), QUARTERS],
        "erf": [rng.normal(size=n) * 10.0 ** rng.uniform(-300, 0, n), rng.uniform(-6, 6, n)],
        "erfc": [rng.uniform(-7, 27.2, n), rng.normal(size=n) * 10.0 ** rng.uniform(-20, 0, n)],
        "log1p": [10.0 ** rng.uniform(-320, 308, n), near - 1, -1 + 10.0 ** rng.uniform(-16, 0, n)],
    }[name]
    return np.concatenate([SPECIAL, *drawn])


@pytest.fixture(params=[True, False], ids=["wide", "any processor"])
def processor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written for AVX-512 (where it is there), and what is written for any processor."""
    there = numba_engine._wide()
    monkeypatch.setattr(numba_engine, "_wide", lambda: request.param and there)


@pytest.mark.usefixtures("processor")
@pytest.mark.parametrize(
    "name", ["exp", "expm1", "log", "log1p", "tanh", "sinh", "arcsinh", "erf", "erfc", "sin", "cos"]
)
def test_functions_are_within_few_units_of_the_last_place(name: str) -> None:
    trace = Trace()
    x = trace.raw("input", (), "x")
    runner = CompiledRunner(trace.program([("answer", trace.raw(name, [x.target]).target)]))
    given = places(name)
    found = np.empty(len(given))
    assert runner.run({"x": given}, {"answer": found}, len(given))
    assert runner._ready[0].code is not None
    with np.errstate(all="ignore"):
        expected = getattr(np if hasattr(np, name) else special, name)(given)
    with mpmath.workprec(200):
        for at, ours, numpys in zip(given.tolist(), found.tolist(), expected.tolist(), strict=True):
            if name.startswith("erf") and abs(at) > 27.3:
                assert ours == (1 - np.sign(at) if name == "erfc" else np.sign(at))
                continue
            if not math.isfinite(at) or not math.isfinite(numpys):
                assert ours == numpys or (math.isnan(ours) and math.isnan(numpys)), at
                continue
            own = {"arcsinh": "asinh"}.get(name, name)
            direct = abs(at) > 1e-40 or name in {"log", "exp", "cos", "erf", "erfc"}
            true = getattr(mpmath, own)(mpmath.mpf(at)) if direct else at
            bar = 3 if name in {"tanh", "sinh"} else 2
            assert abs(mpmath.mpf(ours) - true) <= bar * math.ulp(float(true)), at


@pytest.mark.usefixtures("processor")
def test_powers_are_within_few_units_of_the_last_place() -> None:
    rng = np.random.default_rng(2)
    n = 1200
    trace = Trace()
    x, y = trace.raw("input", (), "x"), trace.raw("input", (), "y")
    runner = CompiledRunner(trace.program([("answer", trace.emit("power", x, y).target)]))
    corners = np.array([*SPECIAL, 2.0, 3.0, -3.0, -2.0, 4503599627370497.0])
    bases = [
        np.repeat(corners, len(corners)), 10.0 ** rng.uniform(-300, 300, n), rng.uniform(0.5, 2, n),
        1 + rng.normal(size=n) * 10.0 ** rng.uniform(-15, -1, n), 10.0 ** rng.uniform(-322, -305, n),
    ]  # fmt: skip
    exponents = [
        np.tile(corners, len(corners)), rng.uniform(-1, 1, n), rng.uniform(-1000, 1000, n),
        rng.normal(size=n) * 10.0 ** rng.uniform(0, 15, n), rng.uniform(-1, 1, n),
    ]  # fmt: skip
    base, exponent = np.concatenate(bases), np.concatenate(exponents)
    found = np.empty(len(base))
    assert runner.run({"x": base, "y": exponent}, {"answer": found}, len(base))
    assert runner._ready[0].code is not None
    with np.errstate(all="ignore"):
        expected = np.power(base, exponent)
    with mpmath.workprec(200):
        for a, b, ours, numpys in zip(base.tolist(), exponent.tolist(), found.tolist(), expected.tolist(), strict=True):
            if not (math.isfinite(a) and math.isfinite(b) and math.isfinite(numpys)) or a == 0:
                assert ours == numpys or (math.isnan(ours) and math.isnan(numpys)), (a, b)
                assert math.copysign(1, ours) == math.copysign(1, numpys) or math.isnan(numpys), (a, b)
                continue
            true = mpmath.power(mpmath.mpf(a), mpmath.mpf(b)).real
            assert abs(mpmath.mpf(ours) - true) <= 2 * math.ulp(float(true)), (a, b)


@pytest.mark.usefixtures("processor")
@pytest.mark.parametrize(("low", "high"), [(1e-300, 1e300), (1.0, 2.0), (-3.0, -1e-9), (0.0, 1.0)])
def test_quotients_are_within_a_unit_of_the_last_place(low: float, high: float) -> None:
    trace = Trace()
    a, b = trace.raw("input", (), "a"), trace.raw("input", (), "b")
    trace.bound(b, low, high)
    results = [("quotient", (a / b).target), ("inverse", (1.0 / b).target)]
    runner = CompiledRunner(trace.program(results))
    rng = np.random.default_rng(0)
    below = np.concatenate([[high], rng.uniform(low, high, 4000)])
    above = rng.normal(size=4001) * 10.0 ** rng.uniform(-200, 200, 4001)
    above[:6] = 0.0, 5e-324, 1e308, -1e308, np.nan, 1e-300
    found = {name: np.empty(4001) for name, _ in results}
    assert runner.run({"a": above, "b": below}, found, 4001)
    with np.errstate(all="ignore"):
        expected = {"quotient": above / below, "inverse": 1.0 / below}
    for name, answer in found.items():
        true = expected[name]
        near = np.isfinite(true)
        np.testing.assert_array_equal(answer[~near], true[~near])
        assert (np.abs(answer[near] - true[near]) <= np.spacing(np.abs(true[near]))).all()


@pytest.mark.parametrize("name", ["Normal", "StudentT", "NegativeBinomial", "Bernoulli"])
def test_no_processor_changes_more_than_the_last_digits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    loss = LOSSES[name]
    y, outputs = rows(loss, 3000)
    wide = loss.compile("numba").value_and_gradient(y, outputs)
    monkeypatch.setattr(numba_engine, "_wide", lambda: False)
    for ours, other in zip(wide, loss.compile("numba").value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-13, atol=1e-13)


def written() -> dict[str, lk.Loss]:
    losses = {name: lk.derive(family) for name, family in NUMBERS.items() if not lk.derive(family).inputs}
    losses |= {"Binomial": lk.derive(lk.Binomial(trials=200)), "Huber": lk.derive(lk.Huber(threshold=1.3))}
    return {name: loss for name, loss in losses.items() if CompiledRunner(loss.program()).possible}


LOSSES = written()


def test_the_workloads_are_written() -> None:
    assert {"Normal", "Bernoulli", "NegativeBinomial", "StudentT", "Poisson", "Gamma"} <= set(LOSSES)
    assert {"Cauchy", "Gumbel", "Rice", "GeneralizedPareto", "InverseGaussian"} <= set(LOSSES)  # no forms, written out
    assert {
        "Weibull",
        "SkewNormal",
        "JohnsonSU",
        "GeneralizedExtremeValue",
        "DiscreteWeibull",
        "Binomial",
        "Huber",
    } <= set(LOSSES)


def rows(loss: lk.Loss, count: int, dtype: type = np.float64):
    rng = np.random.default_rng(3)
    outputs = rng.normal(size=(count, len(loss.outputs))).astype(dtype)
    outputs[:: count // 7] *= 250  # rows for the kernels
    low, high = loss.bound.family.outcome.domain.typical
    y = rng.uniform(low, high, count)
    return (np.floor(y) if loss.bound.family.outcome.domain.whole else y), outputs


SINGLE = ("Normal", "Bernoulli", "NegativeBinomial", "StudentT", "Cauchy")
#: units in which the engines may differ beyond the usual ones, and why
FURTHER = {
    "SinhArcsinh": (512, "a sinh of hundreds: of two rows mpmath is nearer to the compiled engine (34 units of 390)")
}
CASES = [*((name, np.float64) for name in LOSSES), *((name, np.float32) for name in SINGLE)]


@pytest.mark.parametrize(("name", "dtype"), CASES)
def test_both_engines_give_the_same_numbers(name: str, dtype: type) -> None:
    plain, fast = LOSSES[name].compile("numpy"), LOSSES[name].compile("numba")
    y, outputs = rows(plain, 1003, dtype)
    unit = float(np.finfo(dtype).eps)
    most = FURTHER.get(name, (96, ""))[0]
    for ours, expected in zip(fast.value_and_gradient(y, outputs), plain.value_and_gradient(y, outputs), strict=True):
        assert ours.dtype == dtype
        np.testing.assert_allclose(ours, expected, rtol=most * unit, atol=64 * unit)
    np.testing.assert_allclose(fast(y, outputs), plain(y, outputs), rtol=most * unit, atol=64 * unit)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 4000])
def test_any_number_of_rows(count: int) -> None:
    loss = lk.derive(lk.Normal)
    rng = np.random.default_rng(count)
    y, outputs = rng.normal(size=count), rng.normal(size=(count, 2))
    fast = loss.compile("numba").value_and_gradient(y, outputs)
    for ours, expected in zip(fast, loss.compile("numpy").value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-14)


def test_columns_wherever_they_lie() -> None:
    fast, plain = lk.derive(lk.Normal).compile("numba"), lk.derive(lk.Normal).compile("numpy")
    rng = np.random.default_rng(0)
    wide = rng.normal(size=(100, 4))
    for y, outputs in (
        (wide[:, 0], np.asfortranarray(wide[:, 1:3])),
        (wide[::2, 0], wide[::2, 2:]),
        (wide[:, 3], wide[:, 1:3]),
        (np.arange(100), wide[:, :2]),
        (np.arange(100, dtype=np.uint8), wide[:, 2:]),
        (wide[::-1, 0], wide[:, :2]),
        (wide[:9, 0], wide[:9, 2:]),
        (wide[1:, 0], wide[:-1, 1:3]),
    ):
        for ours, expected in zip(
            fast.value_and_gradient(y, outputs), plain.value_and_gradient(y, outputs), strict=True
        ):
            np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-13)


def test_columns_of_one_table_are_told_apart_from_call_to_call() -> None:
    fast, plain = lk.derive(lk.Normal).compile("numba"), lk.derive(lk.Normal).compile("numpy")
    wide = np.random.default_rng(0).normal(size=(100, 4))
    narrow = np.random.default_rng(1).normal(size=(100, 3))
    alike = [(wide[:, 0], wide[:, 2:]), (wide[:, 0], wide[:, 1:3]), (wide[1:, 0], wide[:-1, 1:3])]
    whole = [(narrow[:, 0], narrow[:, 1:]), (narrow[:, 2], narrow[:, :2]), (narrow[1:, 0], narrow[:-1, 1:])]
    for y, outputs in (*alike, *alike, *whole, *whole):
        for ours, expected in zip(
            fast.value_and_gradient(y, outputs), plain.value_and_gradient(y, outputs), strict=True
        ):
            np.testing.assert_allclose(ours, expected, rtol=1e-13, atol=1e-13)


#: noises with a constant, how they are drawn, and whether small counts are looked up
CONSTANTS = [
    (lk.Normal, lambda rng, n: rng.normal(size=n), False),
    (lk.StudentT, lambda rng, n: rng.normal(size=n), False),
    (lk.NegativeBinomial, lambda rng, n: rng.poisson(2.0, n), True),
    (lk.NegativeBinomial, lambda rng, n: rng.poisson(3000.0, n), False),
]


@pytest.mark.parametrize(("noise", "draw", "looked"), CONSTANTS)
def test_constants_are_one_number(noise: object, draw: Callable[..., np.ndarray], looked: bool) -> None:
    loss, rng, rows = lk.derive(noise), np.random.default_rng(3), held.MANY + 3
    fast = loss.compile("numba")
    outputs = np.asfortranarray(rng.normal(size=(rows, len(loss.outputs))))
    y, room = draw(rng, rows).astype(float), (np.empty(rows), np.empty_like(outputs))
    for constant in (0.3, 0.3, -0.2, 40.0):  # 40 is for the kernels
        outputs[:, 1:] = constant
        varying = outputs.copy(order="F")
        varying[-1, 1:] = 0.7
        found = fast.value_and_gradient(y, outputs, out=room)
        for ours, expected in zip(found, fast.value_and_gradient(y, varying), strict=True):
            np.testing.assert_allclose(ours[:-1], expected[:-1], rtol=1e-13, atol=1e-13)
    (cuts,) = [cut for cut in fast._runner("fused")._held._cuts.values() if cut and bool(cut[0].looked) == looked]
    assert len(cuts[0].program.instructions) < len(fast._runner("fused").written.instructions)
    for number in (np.nan, -np.inf, *((-1e300, 0.5) if looked else ())):
        wrong = y.copy()
        wrong[5] = number
        with pytest.raises((SupportError, InputError)):
            fast.value_and_gradient(wrong, outputs)
    outputs[:, 1:] = np.nan
    with pytest.raises(InputError):
        fast.value_and_gradient(y, outputs)


@pytest.mark.parametrize("name", LOSSES)
def test_what_is_constant_changes_no_number(name: str) -> None:
    loss, count = LOSSES[name].compile("numba"), held.MANY + 3
    y, outputs = rows(loss, count)
    outputs[:] = outputs[3]
    varying = outputs.copy()
    varying[0] += 0.25
    most = FURTHER.get(name, (96, ""))[0] * np.finfo(np.float64).eps
    alike = (*loss.value_and_gradient(y, outputs), loss.hessian(y, outputs))
    for ours, expected in zip(alike, (*loss.value_and_gradient(y, varying), loss.hessian(y, varying)), strict=True):
        np.testing.assert_allclose(ours[1:], expected[1:], rtol=most, atol=most)


def test_one_layout_serves_batches_of_every_size() -> None:
    loss = lk.derive(lk.Normal).compile("numba")
    rng = np.random.default_rng(0)
    y, outputs = rng.normal(size=500), rng.normal(size=(500, 2))
    outputs[3] = 650.0
    whole, by_row = loss.value_and_gradient(y, outputs)
    for count in (2, 31, 32, 33, 63, 64, 65, 499):
        value, gradient = loss.value_and_gradient(y[:count], outputs[:count])
        np.testing.assert_array_equal(value, whole[:count])
        np.testing.assert_array_equal(gradient, by_row[:count])
    assert len(loss._runners["fused"]._ready) == 1


@pytest.mark.parametrize(
    ("family", "width"),
    [(lk.Normal, 2), (lk.NegativeBinomial, 2), (lk.Categorical, 4), (lk.Mixture(lk.Normal, components=2), 6)],
)
def test_later_calls_go_straight_to_the_code_and_give_the_same(family: object, width: int) -> None:
    loss, plain = lk.derive(family).compile("numba"), lk.derive(family).compile("numpy")
    rng = np.random.default_rng(0)
    for seed in range(3):
        y = rng.integers(0, 4, 300).astype(float)
        outputs = rng.normal(size=(300, width))
        if seed == 2:
            outputs[7] *= 400  # rows for the kernels
        out = (np.empty(300), np.empty((300, width))) if seed else None
        found = loss.value_and_gradient(y, outputs, out=out)
        assert out is None or (found[0] is out[0] and found[1] is out[1])
        for ours, expected in zip(found, plain.value_and_gradient(y, outputs), strict=True):
            np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(loss(y, outputs), plain(y, outputs), rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(loss.gradient(y, outputs), found[1], rtol=1e-12, atol=1e-12)
    assert {k[0] for k, code in loss._calls._known.items() if code is not None} == {"fused", "value", "gradient"}
    outputs[5, 1] = np.inf
    with pytest.raises(InputError, match=r"outputs\[5, 1\] = inf"):
        loss.value_and_gradient(y, outputs)
    y[299] = np.nan
    with pytest.raises((InputError, SupportError), match=r"y\[299\]"):
        loss(y, np.zeros((300, width)))
    with pytest.raises(ShapeError):
        loss(y[:200], np.zeros((300, width)))
    with pytest.raises(ShapeError):
        loss.value_and_gradient(y[:200], np.zeros((200, width)), out=(np.empty(201), np.empty((200, width))))


def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likelihoodkit.compile.numba_engine.SPAN", 512)
    loss = lk.derive(lk.StudentT)
    y, outputs = rows(loss, 5000)
    one, two = (loss.compile("numba", threads=t).value_and_gradient(y, outputs) for t in (1, 2))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("rows_", [600, 1030, 1025])
def test_lines_of_the_cache_change_no_bit(dtype: type, rows_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("likelihoodkit.compile.numba_engine.SPAN", 512)
    monkeypatch.setattr("likelihoodkit.compile.numba_engine.MANY", 0)
    loss = lk.derive(lk.NegativeBinomial).compile("numba")
    y, outputs = rows(loss, rows_)
    outputs[::50] *= 100  # rows that the kernels have to mend
    y, outputs = y.astype(dtype), outputs.astype(dtype)
    expected = loss.value_and_gradient(y, outputs)
    room, line = np.zeros(rows_ + 64, dtype), 64 // np.dtype(dtype).itemsize
    for shift in range(line):
        value = room[shift : shift + rows_]
        value[:] = np.nan
        found = loss.value_and_gradient(y, outputs, out=(value, np.empty_like(outputs)))
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)


def test_wrong_numbers_are_named() -> None:
    loss = lk.derive(lk.NegativeBinomial).compile("numba")
    y, outputs = np.arange(50.0), np.zeros((50, 2))
    outputs[33, 1] = np.nan
    with pytest.raises(InputError, match=r"outputs\[33, 1\] = nan"):
        loss(y, outputs)
    y[49] = -1
    with pytest.raises(SupportError, match=r"y\[49\] = -1"):
        loss(y, np.zeros((50, 2)))


def test_large_batches_choose_the_engine_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LARGE_BATCH", 100)
    loss = lk.derive(lk.Laplace).compile("auto")
    assert type(loss._chosen("fused", 99)) is not CompiledRunner
    assert type(loss._chosen("fused", 100)) is CompiledRunner
    assert type(loss.compile("numpy")._chosen("fused", 100)) is not CompiledRunner


@pytest.mark.parametrize("size", [2, 5, 10, 16, 17, 40, 64, 1000])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_vectors_are_written_out(size: int, dtype: type) -> None:
    rng = np.random.default_rng(size)
    unit = float(np.finfo(dtype).eps)
    components = min(size, 40)
    mixture = lk.Mixture(lk.Normal, components=components)
    for loss, y, width in (
        (lk.derive(lk.Categorical), rng.integers(0, size, 1001), size),
        (lk.derive(mixture), rng.normal(size=1001), 3 * components),
    ):
        outputs = (3 * rng.normal(size=(1001, width))).astype(dtype)
        fast = loss.compile("numba")
        pairs = zip(
            fast.value_and_gradient(y, outputs), loss.compile("numpy").value_and_gradient(y, outputs), strict=True
        )
        for ours, expected in pairs:
            np.testing.assert_allclose(ours, expected, rtol=256 * unit, atol=64 * unit)
        assert fast._runners["fused"]._ready[0].code is not None


def test_long_vectors_are_asked_and_left_to_the_kernels_where_need_be() -> None:
    fast, plain = (lk.derive(lk.Mixture(lk.Normal, components=20)).compile(e) for e in ("numba", "numpy"))
    rng = np.random.default_rng(0)
    y, outputs = rng.normal(size=50), rng.normal(size=(50, 60))
    outputs[[3, 48, 49], 59] = 650.0, -640.0, 700.0  # a scale outside the everyday range
    for ours, expected in zip(fast.value_and_gradient(y, outputs), plain.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=1e-12, atol=1e-13)
    for at in ((7, 19), (11, 20), (49, 59)):
        wrong = outputs.copy()
        wrong[at] = np.nan
        with pytest.raises(InputError, match=rf"outputs\[{at[0]}, {at[1]}\] = nan"):
            fast(y, wrong)
    classes = lk.derive(lk.Categorical).compile("numba")
    for label in (-1, 40, 10**6):
        with pytest.raises(SupportError, match=r"y\[2\]"):
            classes([0, 39, label], np.zeros((3, 40)))


def test_programs_it_cannot_write_run_on_numpy() -> None:
    loss = lk.derive(lk.VonMises).compile("numba")
    assert loss([0.0, 1.0], [[0.0, 1.0], [0.0, 0.0]]).shape == (2,)
    assert isinstance(loss.program(), Program)


def test_what_was_called_before_changes_no_digit() -> None:
    """A large batch on the compiled engine, chosen by itself, decides nothing for a small one after it."""
    loss = lk.derive(lk.Normal(scale="exp"))
    rng = np.random.default_rng(2)
    y, outputs = rng.normal(size=engines.LARGE_BATCH), rng.normal(size=(engines.LARGE_BATCH, 2))
    loss.value_and_gradient(y, outputs)
    after = loss.value_and_gradient(y[:1000], outputs[:1000])
    alone = loss.compile("numpy").value_and_gradient(y[:1000], outputs[:1000])
    for a, b in zip(after, alone, strict=True):
        np.testing.assert_array_equal(a, b)


def test_threads_that_hold_other_constants_keep_apart() -> None:
    loss, rng = lk.derive(lk.NegativeBinomial).compile("numba"), np.random.default_rng(4)
    y = rng.poisson(3.0, held.MANY).astype(float)
    outputs = [np.column_stack([rng.normal(size=held.MANY), np.full(held.MANY, c)]) for c in (-1.0, 0.2, 0.9, 1.7)]
    alone = [loss(y, f) for f in outputs]
    between = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda k: loss(y, outputs[k % 4]), range(400)))
    finally:
        sys.setswitchinterval(between)
    for k, value in enumerate(found):
        np.testing.assert_array_equal(value, alone[k % 4])

"""The NumPy engine: outputs in place, threads, prepared outcomes, memory, rows outside the everyday range."""

from __future__ import annotations

import math
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import mpmath
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit.compile import numpy_engine, passes, steps, tiles
from likelihoodkit.compile.forms.signs import without_signs
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.compile.tiles import MOST_ROWS
from likelihoodkit.compile.trace import ELEMENTWISE
from likelihoodkit.errors import InputError, ShapeError, SupportError, UnknownNameError
from likelihoodkit.primitives.kernels._tools import MOST_KEPT, remembered

ROWS = 2 * MOST_ROWS + 77
NOISES = {
    "Normal": lk.Normal,
    "Bernoulli": lk.Bernoulli,
    "NegativeBinomial": lk.NegativeBinomial,
    "StudentT": lk.StudentT,
    "Categorical": lk.Categorical,
    "Poisson": lk.Poisson,
}


def data(name: str, rows: int = ROWS):
    rng = np.random.default_rng(5)
    loss = lk.derive(NOISES[name])
    outputs = rng.normal(size=(rows, 4 if name == "Categorical" else len(loss.outputs)))
    outputs[:: rows // 9] *= 300  # rows for the kernels in every tile
    y = {
        "Bernoulli": rng.integers(0, 2, rows),
        "Categorical": rng.integers(0, 4, rows),
        "NegativeBinomial": rng.poisson(2, rows),
        "Poisson": rng.poisson(2, rows),
    }.get(name, rng.normal(size=rows))
    return loss, y, outputs


def test_every_operation_on_a_row_has_a_step() -> None:
    known = {*steps.UFUNCS, *steps.MASKS, *steps.SPECIAL, *steps.OTHERS}
    assert set(ELEMENTWISE) - known == {"polynomial", "where"}  # which are made for each


@pytest.mark.parametrize("name", list(NOISES))
def test_everyday_forms_and_kernels_agree(name: str) -> None:
    loss, y, outputs = data(name)
    runner = loss._runner("fused")
    assert all(i.operation in ("input", "constant") or i.operation for i in runner.everyday.instructions)
    value, gradient = loss.value_and_gradient(y, outputs)
    rows = loss._reader.read(y, outputs)
    with np.errstate(all="ignore"):
        kernels = runner.tile({n: np.asarray(a, dtype=float) for n, a in rows.inputs.items()})
    np.testing.assert_allclose(value, kernels["value"], rtol=2e-14, atol=1e-15)
    columns = np.concatenate([np.atleast_2d(kernels[f"d {n}"]) for n in loss.outputs]).T
    np.testing.assert_allclose(gradient.reshape(columns.shape), columns, rtol=1e-12, atol=2e-15)


@pytest.mark.parametrize("name", list(NOISES))
def test_threads_and_prepared_outcomes_change_no_bit(name: str) -> None:
    loss, y, outputs = data(name)
    value, gradient = loss.value_and_gradient(y, outputs)
    others = [loss.compile("numpy", threads=2).value_and_gradient(y, outputs)]
    if name != "Categorical":
        others.append(loss.value_and_gradient(loss.prepare(y), outputs))
    for other in others:
        np.testing.assert_array_equal(other[0], value)
        np.testing.assert_array_equal(other[1], gradient)


def test_one_loss_in_many_threads() -> None:
    loss, y, outputs = data("StudentT")
    other, counts, rates = data("NegativeBinomial")
    expected = loss.value_and_gradient(y, outputs), other.value_and_gradient(counts, rates)
    calls = [(loss, y, outputs, expected[0]), (other, counts, rates, expected[1])] * 6
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda call: call[0].value_and_gradient(call[1], call[2]), calls))
    for answer, (*_, wanted) in zip(found, calls, strict=True):
        for a, b in zip(answer, wanted, strict=True):
            np.testing.assert_array_equal(a, b)


def test_answers_are_written_where_they_are_wanted() -> None:
    loss, y, outputs = data("Normal", 1000)
    value, gradient = np.empty(1000), np.empty((1000, 2))
    found = loss.value_and_gradient(y, outputs, out=(value, gradient))
    assert found[0] is value
    assert found[1] is gradient
    for a, b in zip(found, loss.value_and_gradient(y, outputs), strict=True):
        np.testing.assert_array_equal(a, b)
    assert loss(y, outputs, out=value) is value


def test_steps_are_written_where_they_are_wanted() -> None:
    """Outputs (n, T, K) have slopes (n, T, K), given or not."""
    loss, y = lk.derive(lk.Alignment), [[1, 2], [2, -1]]
    outputs = np.random.default_rng(0).normal(size=(2, 5, 3))
    value, gradient = np.empty(2), np.empty(outputs.shape)
    found = loss.value_and_gradient(y, outputs, out=(value, gradient))
    assert found[1].shape == outputs.shape
    np.testing.assert_array_equal(gradient, loss.gradient(y, outputs))
    assert loss.gradient(y, outputs, out=gradient).shape == outputs.shape
    with pytest.raises(ShapeError, match="must lie in one piece"):
        loss.gradient(y, outputs, out=np.empty((2, 3, 5)).swapaxes(1, 2))


@pytest.mark.parametrize(
    "wrong",
    [np.zeros(9), np.zeros(10, dtype=np.float32), [0.0] * 10, np.broadcast_to(0.0, 10)],
    ids=["short", "narrow", "list", "one number"],
)
def test_a_place_that_does_not_fit(wrong: object) -> None:
    with pytest.raises(ShapeError, match="Normal: out for the value"):
        lk.derive(lk.Normal)(np.zeros(10), np.zeros((10, 2)), out=wrong)


@pytest.mark.parametrize("name", ["Normal", "NegativeBinomial", "Categorical"])
def test_memory_does_not_grow_with_the_rows(name: str) -> None:
    loss, y, outputs = data(name, 400_000)
    value, gradient = np.empty(len(y)), np.empty(outputs.shape)
    tracemalloc.start()
    loss.value_and_gradient(y, outputs, out=(value, gradient))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8e6


def test_wrong_numbers_are_found_in_any_tile() -> None:
    loss, y, outputs = data("NegativeBinomial")
    outputs[2 * MOST_ROWS + 5, 1] = np.nan
    with pytest.raises(InputError, match=rf"outputs\[{2 * MOST_ROWS + 5}, 1\] = nan"):
        loss(y, outputs)
    loss, y, outputs = data("NegativeBinomial")
    y = y.astype(float)
    y[-1] = 0.5
    with pytest.raises(SupportError, match="not a whole number"):
        loss.value_and_gradient(y, outputs)
    with pytest.raises(SupportError):
        loss.prepare(y)


def test_prepared_outcomes_belong_to_their_loss() -> None:
    prepared = lk.derive(lk.Poisson).prepare([1, 2])
    assert repr(prepared) == "Prepared(2 outcomes, 2 terms)"
    with pytest.raises(InputError, match="prepared by another loss"):
        lk.derive(lk.NegativeBinomial)(prepared, np.zeros((2, 2)))
    with pytest.raises(ShapeError):
        lk.derive(lk.Poisson)(prepared, np.zeros(3))


def test_outcomes_that_the_outputs_bound_are_kept_and_checked_with_each_call() -> None:
    loss, outputs = lk.derive(lk.Categorical), np.zeros((2, 3))
    prepared = loss.prepare([0, 2])
    assert np.array_equal(loss(prepared, outputs), loss([0, 2], outputs))
    with pytest.raises(SupportError):
        loss(prepared, outputs[:, :2])
    with pytest.raises(InputError):
        loss.prepare(["a", "b"])


def test_an_engine_that_does_not_exist() -> None:
    with pytest.raises(UnknownNameError, match="Engines: auto, numpy, numba"):
        lk.derive(lk.Normal).compile("fortran")
    with pytest.raises(InputError, match="at least 1"):
        lk.derive(lk.Normal).compile("numpy", threads=0)


SPECIAL_VALUES = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -1.5, 1e308])


@pytest.mark.parametrize("turned", [False, True], ids=["rows last", "rows first"])
@pytest.mark.parametrize("second", ["buffer", "in place", "one number"])
@pytest.mark.parametrize("often", [0.0, 0.05, 0.5, 0.95, 1.0])
def test_a_choice_keeps_every_bit(often: float, second: str, turned: bool) -> None:
    """What `where` of a step copies, infinities, NaN and signs of zero included, whatever the order in memory."""
    shape = (8, 8)
    first = np.broadcast_to(SPECIAL_VALUES, shape).copy()
    other = np.broadcast_to(SPECIAL_VALUES[:, None], shape).copy()
    condition = np.random.default_rng(1).random(shape) < often
    if turned:
        first, other, condition = (np.asfortranarray(a) for a in (first, other, condition))
    b = np.array(-0.0) if second == "one number" else other
    expected = np.where(condition, first, b)
    out = other if second == "in place" else np.empty_like(other)
    passes.where(condition, first, b, out)
    assert out.view(np.int64).tolist() == expected.view(np.int64).tolist()


@pytest.mark.parametrize("turned", [False, True], ids=["rows last", "rows first"])
@pytest.mark.parametrize(("a", "b"), [("1.0", "0.0"), (None, "0.0"), ("0.0", None), (None, "1.0"), ("2.0", "0.0")])
def test_a_choice_with_a_constant_keeps_every_bit(a: str | None, b: str | None, turned: bool) -> None:
    """Zero needs fewer passes; what is chosen is the same."""
    other = np.broadcast_to(SPECIAL_VALUES[:, None], (8, 8)).copy()
    condition = np.random.default_rng(1).random((8, 8)) < 0.5
    if turned:
        other, condition = np.asfortranarray(other), np.asfortranarray(condition)
    first, second = (other if text is None else np.array(float(text)) for text in (a, b))
    out = np.empty_like(other)
    passes.choice(a, b)(condition, first, second, out)
    assert out.view(np.int64).tolist() == np.where(condition, first, second).view(np.int64).tolist()


@pytest.mark.parametrize("K", [95, 96, 300])
def test_wide_vectors_give_the_numbers_of_narrow_ones(K: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(K)
    y, outputs = rng.integers(0, K, 500), rng.normal(size=(500, K)) * 3
    loss = lk.derive(lk.Categorical).compile("numpy")
    value, gradient = loss.value_and_gradient(y, outputs)
    monkeypatch.setattr(tiles, "WIDE", 1 << 30)
    narrow = loss.value_and_gradient(y, outputs)
    np.testing.assert_allclose(value, narrow[0], rtol=1e-14)
    np.testing.assert_allclose(gradient, narrow[1], rtol=1e-13, atol=1e-17)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("noise", [lk.Normal, lk.Normal(scale=1), lk.Gamma], ids=str)
def test_the_quick_reading_is_the_long_one(noise: object, dtype: type) -> None:
    loss, rng = lk.derive(noise), np.random.default_rng(3)
    width = len(loss.outputs)
    y, outputs = rng.gamma(2.0, size=50).astype(dtype), rng.normal(size=(50, width)).astype(dtype)
    quick = loss.value_and_gradient(y, outputs)
    long = loss.value_and_gradient(y.tolist(), outputs, weights=np.ones(50))
    for one, other in zip(quick, long, strict=True):
        assert one.dtype == other.dtype == dtype
        np.testing.assert_array_equal(one, other)
    outputs[7, width - 1] = np.inf
    with pytest.raises(lk.InputError, match=r"outputs\[7, \d\] = inf is not finite"):
        loss(y, outputs)
    with pytest.raises(lk.ShapeError):
        loss(y[:, None], outputs)


def test_a_scale_too_small_for_its_square_goes_to_the_kernels() -> None:
    loss = lk.derive(lk.StudentT(df=3))
    value, gradient = loss.value_and_gradient([1.0, 1e-130], [[0.0, -500.0], [0.0, -400.0]])
    # (df + 1) log|r/s| - log r less the normaliser: the square of the scale, e^-1000, is no double
    constant = math.lgamma(1.5) - math.lgamma(2.0) + 0.5 * math.log(3 * math.pi)
    for found, at, r in zip(value, (-500.0, -400.0), (1.0, 1e-130), strict=True):
        z = math.log(r) - at
        assert found == pytest.approx(constant + at + 4 * z - 2 * math.log(3), rel=1e-13)
    np.testing.assert_allclose(gradient[:, 1], -3.0, rtol=1e-12)


FEW = {**NOISES, "a mixture": lk.Mixture(lk.Normal, components=3), "a normal with scale held": lk.Normal(scale=1)}


def few_rows(name: str, rows: int, dtype: type) -> tuple[lk.Loss, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    loss = lk.derive(FEW[name])
    width = {"Categorical": 4, "a mixture": 9}.get(name, len(loss.outputs))
    outputs = rng.normal(size=(rows, width)).astype(dtype)
    y = rng.integers(0, 2, rows) * (1.0 if name != "Categorical" else 1)
    return loss, y, outputs


@pytest.mark.parametrize("rows", [301, 20_001])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", list(FEW))
def test_later_calls_change_no_bit(name: str, dtype: type, rows: int) -> None:
    loss, y, outputs = few_rows(name, rows, dtype)
    for method in ("value_and_gradient", "gradient", "__call__"):
        call = getattr(loss, method)
        first = call(y, outputs)
        assert loss._calls._known  # the next ones are short
        np.testing.assert_equal(call(y, outputs), first)
        half = call(y[:150], outputs[:150])
        for a, b in zip(half if isinstance(half, tuple) else [half], first if isinstance(first, tuple) else [first],
                        strict=True):  # fmt: skip
            np.testing.assert_array_equal(a, b[:150])


@pytest.mark.parametrize("count", [200, 20_001])
@pytest.mark.parametrize("name", list(FEW))
def test_later_calls_refuse_and_mend_as_the_first(name: str, count: int) -> None:
    loss, y, outputs = few_rows(name, count, np.float64)
    loss.value_and_gradient(y, outputs)
    far = outputs.copy()
    far[7] *= 400  # for the kernels
    rows = loss._reader.read(y, far)
    with np.errstate(all="ignore"):
        expected = loss._runner("fused").tile({n: np.asarray(a, dtype=float) for n, a in rows.inputs.items()})["value"]
    np.testing.assert_allclose(loss.value_and_gradient(y, far)[0], expected, rtol=2e-14, atol=1e-15)
    for bad in (np.nan, np.inf, -np.inf):
        for place in range(outputs.shape[1]):
            wrong = outputs.copy()
            wrong[11, place] = bad
            with pytest.raises(InputError, match="11"):
                loss.value_and_gradient(y, wrong)
    wrong_y = y.astype(float)
    wrong_y[5] = np.nan
    with pytest.raises((InputError, SupportError), match="5"):
        loss.value_and_gradient(wrong_y, outputs)


def test_few_rows_in_many_threads() -> None:
    loss, y, outputs = few_rows("Normal", 400, np.float64)
    expected = [loss.value_and_gradient(y, outputs + k) for k in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: loss.value_and_gradient(y, outputs + k % 8), range(200)))
    for k, answer in enumerate(found):
        np.testing.assert_equal(answer, expected[k % 8])


def test_finite_answers_tell_of_finite_inputs() -> None:
    """What a plan says of its inputs is tried with every kind of number that is none."""
    for noise in (lk.Normal(scale=1), lk.Normal, lk.Laplace, lk.Logistic, lk.Poisson, lk.Bernoulli, lk.StudentT):
        runner = lk.derive(noise)._runner("fused")
        laid = runner._plan
        for name in laid.tells:
            for bad in (np.nan, np.inf, -np.inf):
                inputs = {n: np.full(3, 0.7) for n in laid.inputs} | {name: np.full(3, bad)}
                answer = {n: np.empty(3) for n, _ in laid.results}
                assert runner.run(inputs, answer, 3)
                assert not np.isfinite(answer[laid.results[0][0]]).any(), (noise, name, bad)


def test_answers_that_are_kept_are_kept_for_many_threads() -> None:
    """More arguments than are kept, asked for by threads that take turns as often as can be."""
    twice = remembered(lambda x: 2 * x)
    interval = sys.getswitchinterval()

    def ask(seed: int) -> bool:
        numbers = np.random.default_rng(seed).integers(0, MOST_KEPT + 2, (20_000, 1)).astype(float)
        return all(twice(number)[0] == 2 * number[0] for number in numbers)

    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(6) as pool:
            assert all(pool.map(ask, range(6)))
    finally:
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("order", ["C", "F", "neither"])
def test_entries_are_picked_and_replaced_wherever_a_vector_lies(order: str) -> None:
    rng = np.random.default_rng(2)
    v = rng.normal(size=(7, 20))
    v = np.repeat(v, 2, axis=1)[:, ::2] if order == "neither" else np.array(v, order=order)
    y, entry, out = rng.integers(0, 7, 20).astype(float), rng.normal(size=20), np.empty(20)
    passes.pick(v, y, out)
    assert out.tolist() == [v[int(k), row] for row, k in enumerate(y)]
    expected = v.copy()
    for row, k in enumerate(y):
        expected[int(k), row] = entry[row]
    fresh = np.empty_like(v)
    passes.put(v, y, entry, fresh)
    passes.put(v, y, entry, v)
    assert fresh.tolist() == v.tolist() == expected.tolist()


def test_a_difference_takes_signs_upon_itself_where_nothing_else_reads_it() -> None:
    made = [("input", (), "x"), ("input", (), "z"), ("subtract", (0, 1), None), ("multiply", (0, 2), None)]
    made += [("negative", (3,), None), ("subtract", (1, 0), None), ("negative", (5,), None)]
    program = Program(
        tuple(Instruction(k, *row) for k, row in enumerate(made)), (("a", 4), ("b", 5), ("c", 6)), frozenset()
    )
    found = without_signs(program)
    assert [(i.operation, i.arguments) for i in found.instructions[2:]] == [
        ("subtract", (1, 0)), ("multiply", (0, 2)), ("subtract", (1, 0)), ("negative", (5,)),
    ]  # fmt: skip
    assert dict(found.results) == {"a": 3, "b": 5, "c": 6}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("family", [lk.Poisson, lk.NegativeBinomial], ids=str)
def test_counts_are_looked_up_to_the_same_bits(family: object, threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, rows = np.random.default_rng(4), 60_000
    loss = lk.derive(family).compile("numpy", threads=threads)
    outputs = rng.normal(size=(rows, len(loss.outputs)))
    outputs[:: rows // 9] *= 300  # rows for the kernels
    for largest in (3, 900, 5000):  # the last is above what is kept in tables
        y = rng.integers(0, largest + 1, rows)
        found = loss.value_and_gradient(y, outputs)
        with monkeypatch.context() as patch:
            patch.setattr(numpy_engine, "MOST_COUNTS", 0)
            plain = loss.value_and_gradient(y, outputs)
        for one, other in zip(found, plain, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("held", [0, 1])
@pytest.mark.parametrize("what", ["value_and_gradient", "hessian"])
@pytest.mark.parametrize("family", [lk.NegativeBinomial, lk.Normal, lk.StudentT(df=4), lk.Gamma], ids=str)
def test_one_number_for_all_rows_is_read_once_to_the_same_bits(
    family: object, what: str, held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, rows = np.random.default_rng(5), 5000
    loss = lk.derive(family).compile("numpy")
    outputs = rng.normal(size=(rows, 2))
    outputs[:: rows // 9] *= 300  # rows for the kernels
    y = rng.integers(1, 50, rows).astype(float)
    for number in (0.3, -0.0, 400.0):  # the last one's rows are for the kernels, all of them
        outputs[:, held] = number
        found = getattr(loss, what)(y, outputs)
        with monkeypatch.context() as patch:
            patch.setattr(numpy_engine, "MANY", rows + 1)
            plain = getattr(loss, what)(y, outputs)
        for one, other in zip(found, plain, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("wrong", [-1.0, 0.5, np.nan, np.inf, -np.inf])
def test_what_is_no_count_is_refused_before_it_is_looked_up(wrong: float) -> None:
    loss = lk.derive(lk.Poisson).compile("numpy")
    y = np.ones(50_000)
    y[40_000] = wrong
    with pytest.raises(InputError, match=r"y\[40000\]"):
        loss.value_and_gradient(y, np.zeros(50_000))


def test_angles_are_wrapped_with_all_digits() -> None:
    """Also next to whole turns; pi stays, what is past it does not; far out by the kernel."""
    program = Program((Instruction(0, "input", (), "x"), Instruction(1, "wrap_angle", (0,))), (("a", 1),), frozenset())
    rng = np.random.default_rng(0)
    turns = np.arange(1, 15_000, 37) * 2 * np.pi
    x = np.concatenate([[np.pi, np.nextafter(np.pi, 4), 1e6, -1e300], rng.uniform(-1e5, 1e5, 400), turns, -turns])
    found = np.empty(len(x))
    assert numpy_engine.Runner(program).run({"x": x}, {"a": found}, len(x))
    assert found[0] == np.pi
    with mpmath.workprec(1200):
        for given, ours in zip(x.tolist(), found.tolist(), strict=True):
            true = mpmath.mpf(given) - 2 * mpmath.pi * mpmath.ceil(mpmath.mpf(given) / (2 * mpmath.pi) - 0.5)
            assert abs(ours - true) <= 2 * math.ulp(float(true)), given


@pytest.mark.parametrize("rows", [300, 20_001])
@pytest.mark.parametrize("noise", [lk.Bernoulli, lk.NegativeBinomial, lk.Normal(scale=1)], ids=str)
def test_an_answer_may_be_written_over_what_it_is_made_of(noise: object, rows: int) -> None:
    """Outputs that are no longer needed may take the gradient, those far outside the everyday range included."""
    rng, loss = np.random.default_rng(3), lk.derive(noise).compile("numpy")
    y, outputs = rng.integers(0, 2, rows).astype(float), rng.normal(size=(rows, len(loss.outputs)))
    outputs[7] = 400.0
    outputs = outputs[:, 0].copy() if len(loss.outputs) == 1 else outputs
    expected = loss.value_and_gradient(y, outputs)
    for _ in range(2):
        given = outputs.copy()
        value, gradient = loss.value_and_gradient(y, given, out=(None, given))
        assert gradient is given
        np.testing.assert_array_equal(value, expected[0])
        np.testing.assert_array_equal(gradient, expected[1])
        given = outputs.copy()
        np.testing.assert_array_equal(loss.gradient(y, given, out=given), expected[1])


@pytest.mark.parametrize("rows", [1, 500, 20_000])
def test_answers_may_lie_column_by_column_in_every_call(rows: int) -> None:
    """Calls whose answers lie in different ways do not take each other's short ways."""
    loss = lk.derive(lk.NegativeBinomial).compile("numpy")  # knows no call yet
    rng = np.random.default_rng(rows)
    y, outputs = rng.poisson(3.0, rows).astype(float), rng.normal(size=(rows, 2))
    expected = loss.value_and_gradient(y, outputs)
    long = np.empty((2 * rows, 2), order="F")
    for out in (np.empty((rows, 2), order="F"), None, long[:rows], long[rows:], np.empty((rows, 4))[:, 1:3]) * 2:
        assert np.array_equal(loss.gradient(y, outputs, out=out), expected[1])
        value, slopes = loss.value_and_gradient(y, outputs, out=(np.empty(2 * rows)[::2], out))
        assert np.array_equal(value, expected[0])
        assert np.array_equal(slopes, expected[1])


@pytest.mark.parametrize("rows", [0, 3, 20_000])
def test_second_derivatives_refuse_what_values_refuse(rows: int) -> None:
    loss = lk.derive(lk.NegativeBinomial)
    y, outputs = np.ones(rows), np.zeros((rows, 2))
    assert loss.hessian(y, outputs).shape == (rows, 2, 2)
    if rows:
        for place, wrong in ((outputs, np.nan), (outputs, np.inf), (y, 0.5), (y, -1.0), (y, np.nan)):
            place[-1], kept = wrong, place[-1].copy()
            with pytest.raises((InputError, SupportError), match=rf"\[{rows - 1}"):
                loss.hessian(y, outputs)
            place[-1] = kept


@pytest.mark.parametrize("operation", sorted(set(steps.UFUNCS) & set(ELEMENTWISE)))
def test_passes_work_on_columns_of_any_table(operation: str) -> None:
    """Results are written where the caller wants them: `np.negative` fails in one of eight columns (NumPy 2.4)."""
    function, count = steps.SPECIAL.get(operation) or steps.UFUNCS[operation], ELEMENTWISE[operation]
    rng = np.random.default_rng(0)
    for width in range(1, 18):
        for rows in (1, 2, 5, 33):
            table, other = rng.uniform(0.1, 0.9, (2, rows, width))
            expected = np.empty(rows)
            function(*[part[:, 0].copy() for part in (table, other)][:count], expected)
            answer = np.empty((rows, width))
            function(*[table[:, 0], other[:, 0]][:count], answer[:, -1])
            np.testing.assert_allclose(answer[:, -1], expected, rtol=1e-15)
            function(*[table[:, 0], other[:, 0]][:count], table[:, 0])
            np.testing.assert_allclose(table[:, 0], expected, rtol=1e-15)

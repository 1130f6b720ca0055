"""Kernels are computed on the rows of the side of a choice that they stand on."""

from __future__ import annotations

import numpy as np

import likelihoodkit as lk
from likelihoodkit.compile.asked import asked, on_rows
from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Instruction, Program
from likelihoodkit.primitives import kernels


def test_masks_come_before_the_kernels_that_wait_for_them() -> None:
    program = Program(
        (
            Instruction(0, "input", (), "x"),
            Instruction(1, "log_gamma", (0,)),
            Instruction(2, "digamma", (0,)),
            Instruction(3, "constant", (), "1.0"),
            Instruction(4, "less", (3, 0)),
            Instruction(5, "where", (4, 1, 0)),
            Instruction(6, "add", (5, 2)),
        ),
        (("value", 6),),
        frozenset(),
    )
    found = asked(program)
    assert found.signs == {1: (True,)}  # digamma is read on every row
    order = [i.target for i in found.program.instructions]
    assert order.index(4) < order.index(1)
    assert next(i for i in found.program.instructions if i.target == 1).arguments == (0, 4)


def test_what_is_read_on_both_sides_is_computed_everywhere() -> None:
    program = Program(
        (
            Instruction(0, "input", (), "x"),
            Instruction(1, "log_gamma", (0,)),
            Instruction(2, "negative", (1,)),
            Instruction(3, "equal", (0, 0)),
            Instruction(4, "where", (3, 1, 2)),
        ),
        (("value", 4),),
        frozenset(),
    )
    assert asked(program).signs == {}
    assert asked(program).program is program


def test_rows_beside_the_masks_are_left_out() -> None:
    seen: list[int] = []

    def kernel(x: np.ndarray, shift: np.ndarray) -> np.ndarray:
        seen.append(np.size(x))
        return x + shift

    run = on_rows(kernel, (True, False))
    x, some, others = np.arange(6.0), np.array([1, 1, 1, 0, 0, 0], bool), np.array([1, 0, 0, 0, 0, 0], bool)
    np.testing.assert_array_equal(run(x, np.array(0.5), some, others), [0, 1.5, 2.5, 0, 0, 0])
    np.testing.assert_array_equal(run(x, np.array(0.5), ~some, some), x + 0.5 * (x > 2) - x * (x < 3))
    np.testing.assert_array_equal(run(x, np.array(0.5), np.array(True), np.array(False)), x + 0.5)
    np.testing.assert_array_equal(run(x, np.array(0.5), others, some), np.zeros(6))
    np.testing.assert_array_equal(run(np.ones((2, 6)), np.array(0.5), some, others), np.full((2, 6), 1.5))
    assert seen == [2, 3, 6, 12]


def test_a_censored_loss_takes_a_window_of_intervals_alone(monkeypatch) -> None:
    """300 outcomes that were seen, and one that lies between two ends: the dear function is asked for one."""
    sizes: list[int] = []
    window = kernels.student_window_loss

    def counting(*arguments: np.ndarray) -> np.ndarray:
        sizes.append(max(map(np.size, arguments)))
        return window(*arguments)

    monkeypatch.setattr(kernels, "student_window_loss", counting)
    loss = lk.derive(lk.Censored(lk.StudentT))
    rng = np.random.default_rng(0)
    y = np.tile(rng.normal(size=301)[:, None], 2)
    y[7] = 0.25, 1.5
    outputs = rng.normal(size=(301, 3))
    runner, rows = Runner(loss.program()), loss._reader.read(y, outputs)
    answers = {name: np.empty(301) for name, _ in runner.program.results}
    assert runner.run(rows.inputs, answers, rows.count)
    value = answers["value"]
    assert set(sizes) == {1}
    alone = lk.derive(lk.StudentT)(np.delete(y[:, 0], 7), np.delete(outputs, 7, 0))
    np.testing.assert_allclose(np.delete(value, 7), alone, 1e-14)

"""From expressions to running code: the straight-line program and the engines that run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from likelihoodkit.loading.later import exports

if TYPE_CHECKING:
    from likelihoodkit.compile.build import compile_program
    from likelihoodkit.compile.numpy_engine import Runner
    from likelihoodkit.compile.program import Instruction, Program

__getattr__, __dir__ = exports(__name__, __file__)

__all__ = ["Instruction", "Program", "Runner", "compile_program"]

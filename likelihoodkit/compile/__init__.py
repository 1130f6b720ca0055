"""From expressions to running code: the straight-line program and the engines that run it."""

from likelihoodkit.compile.numpy_engine import Runner
from likelihoodkit.compile.program import Instruction, Program, compile_program

__all__ = ["Instruction", "Program", "Runner", "compile_program"]

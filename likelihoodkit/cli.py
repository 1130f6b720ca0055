"""The command line.

``likelihoodkit list | show | derive | source | prove | reverse | elicits | explain | check | fit | demo``

Exit codes: 0 fine; 1 the claim is not proved, the check failed or the fit did not converge; 2 a mistake in what was
asked. ``--json`` prints one JSON object instead of text. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from likelihoodkit import __version__
from likelihoodkit.command_line.commands import (
    FINE,
    Answer,
    run_check,
    run_demo,
    run_derive,
    run_elicits,
    run_explain,
    run_fit,
    run_list,
    run_prove,
    run_reverse,
    run_show,
    run_source,
)

USAGE, INTERRUPTED = 2, 130

EXAMPLES = """examples:
  likelihoodkit derive "Normal(scale=1)"
  likelihoodkit source NegativeBinomial > loss.py
  likelihoodkit prove "Laplace(scale=1)" absolute_error
  likelihoodkit prove "Laplace(scale=1)" "3*abs(y - a)"
  likelihoodkit reverse "log(1 + (y - a)**2)"
  likelihoodkit elicits "(1 - (2*y - 1)*a)**2" --outcome binary
  likelihoodkit explain Poisson --format markdown
  likelihoodkit check --all --grid extreme --jobs 2
  likelihoodkit fit data.csv --outcome stack_loss --family StudentT
"""


def build_parser() -> argparse.ArgumentParser:
    """The parser with all commands."""
    parser = argparse.ArgumentParser(
        prog="likelihoodkit",
        description="From an assumption about noise to a loss, and back.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"likelihoodkit {__version__}")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="print one JSON object")
    children = parser.add_subparsers(dest="command", metavar="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], Answer], text: str) -> argparse.ArgumentParser:
        child = children.add_parser(name, parents=[shared], help=text, description=f"{text[0].upper()}{text[1:]}.")
        child.set_defaults(run=run)
        return child

    noise_help = "a family or named loss, with settings if need be: Normal(scale=1), pinball(0.9)"
    child = command("list", run_list, "list the families, losses, links and data sets")
    child.add_argument("what", nargs="?", choices=["families", "losses", "links", "data"], help="only these")
    child = command("show", run_show, "show how a family or loss is declared")
    child.add_argument("name")
    child = command("derive", run_derive, "derive the loss of a noise, its gradient and curvature")
    child.add_argument("noise", help=noise_help)
    child = command("source", run_source, "write the loss as a Python module that needs NumPy alone")
    child.add_argument("noise", help=noise_help)
    child.add_argument("--target", default="numpy", help="what the module may need (default: numpy)")
    loss_help = "a named loss, a family, or a formula in y and a prediction: huber(1.345), abs(y - a)"
    child = command("prove", run_prove, "prove or refute that one loss reduces to another")
    child.add_argument("noise", help=f"{noise_help}; or a formula")
    child.add_argument("loss", help=loss_help)
    child.add_argument("--steps", action="store_true", help="print every step of the proof")
    _places(child)
    child = command("reverse", run_reverse, "find the noise behind a loss, or why there is none")
    child.add_argument("loss", help=loss_help)
    _places(child)
    child = command("elicits", run_elicits, "say which number of the truth a loss asks for")
    child.add_argument("loss", help=loss_help)
    _places(child)
    child = command("explain", run_explain, "tell the recipe in four steps")
    child.add_argument("noise", help=noise_help)
    child.add_argument("--format", choices=["text", "markdown", "latex", "html"], default="text")
    child = command("check", run_check, "certify a family: does it integrate, are its numbers right?")
    child.add_argument("family", nargs="?", help="a family, with settings if need be")
    child.add_argument("--all", action="store_true", help="every family, alternative link, wrapper and named loss")
    kinds = ["families", "links", "wrappers", "losses"]
    child.add_argument("--kinds", nargs="+", choices=kinds, default=kinds, help="with --all: only these")
    child.add_argument("--match", default="", metavar="TEXT", help="with --all: only labels that contain TEXT")
    child.add_argument("--jobs", type=int, default=1, help="with --all: processes")
    child.add_argument("--grid", choices=["moderate", "extreme"], default="moderate")
    child.add_argument("--seed", type=int, default=0)
    child = command("fit", run_fit, "fit a noise to the columns of a CSV file by maximum likelihood")
    child.add_argument("file", help="a CSV file with a header line")
    child.add_argument("--outcome", required=True, metavar="COLUMN")
    child.add_argument("--family", required=True, help="a family, with settings if need be")
    child.add_argument("--features", metavar="A,B,C", help="columns to predict from (default: all others; '' for none)")
    child.add_argument("--intercept", action=argparse.BooleanOptionalAction, default=True, help="a column of ones")
    child.add_argument("--weights", metavar="COLUMN", help="how often each row counts")
    child.add_argument("--offset", metavar="COLUMN", help="added to the first parameter on its link scale")
    child = command("demo", run_demo, "fit Newcomb's light times under four assumptions and draw the beliefs")
    child.add_argument("--out", default="out", metavar="FOLDER", help="where the picture goes (default: out)")
    return parser


#: where the outcome and the prediction of a formula may live
PLACES = ("real", "positive", "nonnegative", "unit", "counts", "binary", "circle", "classes", "simplex", "vector")


def _places(child: argparse.ArgumentParser) -> None:
    child.add_argument("--outcome", choices=PLACES, help="where y of a formula lives (default: real)")
    child.add_argument("--prediction", choices=PLACES, help="where its prediction lives (default: real)")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; a user's mistake is a sentence, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters still gets its answer
    try:
        options = build_parser().parse_args(argv)
    except SystemExit as stop:  # argparse has already said why
        return int(stop.code or 0)
    from likelihoodkit.errors import LikelihoodKitError

    try:
        answer: Answer = options.run(options)
        code, data, text = answer
        print(json.dumps(_plain(data), ensure_ascii=False, indent=2) if options.json else text, flush=True)
    except (LikelihoodKitError, OSError) as problem:
        if isinstance(problem, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader (head, less) has gone
            return FINE
        return _mistake(problem, as_json=options.json)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _mistake(problem: Exception, *, as_json: bool) -> int:
    message = str(problem)
    if isinstance(problem, OSError) and problem.filename is not None:
        message = f"cannot read or write {problem.filename}: {problem.strerror}"
    if as_json:
        print(json.dumps({"error": type(problem).__name__, "message": message}, ensure_ascii=False))
    else:
        print(f"likelihoodkit: {message}", file=sys.stderr)
    return USAGE


def _plain(value: Any) -> Any:
    """Plain JSON: numbers that are not finite become text."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value

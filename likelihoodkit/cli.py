"""The command line: ``likelihoodkit list | show | derive | prove | explain | check | fit | demo``.

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

FINE, REFUSED, USAGE = 0, 1, 2
Answer = tuple[int, Any, str]  # exit code, plain data for --json, text

EXAMPLES = """examples:
  likelihoodkit derive "Normal(scale=1)"
  likelihoodkit prove "Laplace(scale=1)" absolute_error
  likelihoodkit explain Poisson --format markdown
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
    commands = parser.add_subparsers(dest="command", metavar="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], Answer], text: str) -> argparse.ArgumentParser:
        child = commands.add_parser(name, parents=[shared], help=text, description=f"{text[0].upper()}{text[1:]}.")
        child.set_defaults(run=run)
        return child

    noise_help = "a family or named loss, with settings if need be: Normal(scale=1), pinball(0.9)"
    child = command("list", run_list, "list the families, losses, links and data sets")
    child.add_argument("what", nargs="?", choices=["families", "losses", "links", "data"], help="only these")
    child = command("show", run_show, "show how a family or loss is declared")
    child.add_argument("name")
    child = command("derive", run_derive, "derive the loss of a noise, its gradient and curvature")
    child.add_argument("noise", help=noise_help)
    child = command("prove", run_prove, "prove or refute that a noise reduces to a named loss")
    child.add_argument("noise", help=noise_help)
    child.add_argument("loss", help=noise_help)
    child.add_argument("--steps", action="store_true", help="print every step of the proof")
    child = command("explain", run_explain, "tell the recipe in four steps")
    child.add_argument("noise", help=noise_help)
    child.add_argument("--format", choices=["text", "markdown", "latex", "html"], default="text")
    child = command("check", run_check, "certify a family: does it integrate, are its numbers right?")
    child.add_argument("family", help="a family, with settings if need be")
    child.add_argument("--grid", choices=["moderate", "extreme"], default="moderate")
    child.add_argument("--seed", type=int, default=0)
    child = command("fit", run_fit, "fit a noise to the columns of a CSV file by maximum likelihood")
    child.add_argument("file", help="a CSV file with a header line")
    child.add_argument("--outcome", required=True, metavar="COLUMN")
    child.add_argument("--family", required=True, help="a family, with settings if need be")
    child.add_argument("--features", metavar="A,B,C", help="columns of the linear predictor (default: all others; '' none)")
    child.add_argument("--intercept", action=argparse.BooleanOptionalAction, default=True, help="a column of ones")
    child.add_argument("--weights", metavar="COLUMN", help="how often each row counts")
    child.add_argument("--offset", metavar="COLUMN", help="added to the first parameter on its link scale")
    child = command("demo", run_demo, "fit Newcomb's light times under four assumptions and draw the beliefs")
    child.add_argument("--out", default="out", metavar="FOLDER", help="where the picture goes (default: out)")
    return parser


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
        code, data, text = options.run(options)
        print(json.dumps(_plain(data), ensure_ascii=False, indent=2) if options.json else text, flush=True)
    except (LikelihoodKitError, OSError) as problem:
        if isinstance(problem, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader (head, less) has gone
            return FINE
        return _mistake(problem, as_json=options.json)
    except KeyboardInterrupt:
        return 130
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


def _data(answer: Any) -> Any:
    """``to_json`` of a result, as data whether it gives data or text."""
    data = answer.to_json()
    return json.loads(data) if isinstance(data, str) else data


# -- the commands ------------------------------------------------------------------------------------------------


def run_list(options: argparse.Namespace) -> Answer:
    """What there is, by chapter."""
    from likelihoodkit import data, losses
    from likelihoodkit.families import CHAPTERS
    from likelihoodkit.links import LINKS

    found: dict[str, dict[str, str]] = {}
    for chapter, members in CHAPTERS.items():
        found[f"families: {chapter}"] = {family.__name__: _first_line(family) for family in members}
    for row in losses.catalogue():
        call = f"{row.name}({', '.join(row.settings)})" if row.settings else row.name
        found.setdefault(f"losses: {row.chapter}", {})[call] = row.summary
    found["links"] = {name: f"gives {link.range.words}" for name, link in LINKS.items()}
    found["data"] = {name: data.load(name).title for name in data.names()}
    if options.what:
        found = {title: rows for title, rows in found.items() if title.startswith(options.what)}
    width = max(len(name) for rows in found.values() for name in rows)
    lines: list[str] = []
    for title, rows in found.items():
        lines += ["", title, *(f"  {name:<{width}}  {words}" for name, words in rows.items())]
    return FINE, found, "\n".join(lines[1:])


def _first_line(declared: Any) -> str:
    return str(declared.__doc__ or "").strip().splitlines()[0].rstrip(".")


def run_show(options: argparse.Namespace) -> Answer:
    """The card of one family or loss."""
    import inspect

    from likelihoodkit.declaration import CLOSED_FORMS
    from likelihoodkit.explain.plain import Plain
    from likelihoodkit.parse import declared

    family = declared(options.name)
    printer = Plain()
    rows = [
        {"name": name, "domain": row.domain.words, "link": row.link.name if row.link else None}
        for name, row in family.parameters.items()
    ]
    forms = {form: printer.doprint(getattr(family, form)) for form in CLOSED_FORMS if form in vars(family)}
    doc = inspect.cleandoc(family.__doc__ or "")
    formula = printer.doprint(family.formula)
    lines = [family.__name__, "", doc, "", f"outcome    {family.outcome.domain.words}"]
    for row in rows:
        lines.append(f"parameter  {row['name']}: {row['domain']}, {'link ' + row['link'] if row['link'] else 'held'}")
    lines += [f"{family.formula_name:<10} = {formula}", *(f"{form:<10} = {text}" for form, text in forms.items())]
    data = {
        "name": family.__name__,
        "kind": "noise" if family.sign < 0 else "loss",
        "description": doc,
        "outcome": family.outcome.domain.words,
        "parameters": rows,
        family.formula_name: formula,
        "closed_forms": forms,
    }
    return FINE, data, "\n".join(lines)


def run_derive(options: argparse.Namespace) -> Answer:
    """Loss, gradient and curvature as formulas."""
    from likelihoodkit.explain.recipe import Scribe, readable
    from likelihoodkit.loss import derive
    from likelihoodkit.parse import parse

    loss = derive(parse(options.noise))
    derivation, scribe = loss.derivation, Scribe(loss)

    def both(expression: Any) -> dict[str, str]:
        formula = scribe.math(readable(expression))
        return {"text": formula.plain, "latex": formula.latex}

    gradient = {name: both(slope) for name, slope in loss.calculus.gradient.items()}
    hessian = {f"{a} {b}": both(entry) for (a, b), entry in loss.calculus.hessian.items()}
    steps = [
        {"stage": s.stage, "rule": s.rule, "before": str(s.before), "after": str(s.after), "why": s.why}
        for s in derivation.steps
    ]
    names = {name: scribe.plain.doprint(symbol) for name, symbol in derivation.predicted.items()}
    data = {
        "noise": repr(loss.bound),
        "outputs": list(loss.outputs),
        "shared": list(loss.shared),
        "inputs": list(loss.inputs),
        "loss": both(derivation.expression),
        "gradient": gradient,
        "hessian": hessian,
        "steps": steps,
    }
    lines = [repr(loss.bound), f"outputs   {', '.join(f'{names[n]} for {n}' for n in names) or 'none'}"]
    lines.append(f"loss      {both(derivation.expression)['text']}")
    lines += [f"gradient  d/d {names[name]}: {entry['text']}" for name, entry in gradient.items()]
    lines += [f"hessian   {pair.replace(' ', ', ')}: {entry['text']}" for pair, entry in hessian.items()]
    for step in derivation.steps:
        if step.stage == "minimise" and step.equality:
            left, right = scribe.plain.doprint(step.before), scribe.plain.doprint(step.after)
            lines.append(f"step      {left} = {right}   ({step.why})")
    return FINE, data, "\n".join(lines)


def run_prove(options: argparse.Namespace) -> Answer:
    """A proof, or a witness against it."""
    from likelihoodkit.parse import parse
    from likelihoodkit.prove import prove

    proof = prove(parse(options.noise), reduces_to=parse(options.loss))
    text = "\n".join([str(proof), *(f"step      {step}" for step in proof.steps if options.steps)])
    return FINE if proof else REFUSED, _data(proof), text


def run_explain(options: argparse.Namespace) -> Answer:
    """The four steps."""
    from likelihoodkit.explain import explain
    from likelihoodkit.parse import parse

    told = explain(parse(options.noise))
    text = {"text": told.__str__, "markdown": told.to_markdown, "latex": told.to_latex, "html": told.to_html}
    return FINE, told.to_json(), text[options.format]()


def run_check(options: argparse.Namespace) -> Answer:
    """A certificate."""
    from likelihoodkit.certify import check
    from likelihoodkit.parse import parse_family

    report = check(parse_family(options.family), grid=options.grid, seed=options.seed)
    return FINE if report.passed else REFUSED, _data(report), str(report)


def run_fit(options: argparse.Namespace) -> Answer:
    """A fit to the columns of a file."""
    import warnings

    from likelihoodkit.csvfile import CsvFile
    from likelihoodkit.declaration import as_bound
    from likelihoodkit.errors import BindingError
    from likelihoodkit.fit import fit
    from likelihoodkit.parse import parse_family

    bound = as_bound(parse_family(options.family))
    file = CsvFile(options.file)
    taken = {options.outcome, options.weights, options.offset, *bound.inputs}
    if options.features is None:
        features = [name for name in file.header if name not in taken]
    else:
        features = [name.strip() for name in options.features.split(",") if name.strip()]
    if not bound.outputs:
        raise BindingError(f"{bound!r} predicts nothing: leave a parameter free", family=bound.name)
    columns = file.columns(features)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = fit(
            bound,
            file.column(options.outcome),
            {bound.outputs[0]: columns} if columns else None,
            weights=None if options.weights is None else file.column(options.weights),
            offset=None if options.offset is None else file.column(options.offset),
            intercept=options.intercept,
            **file.columns(bound.inputs),
        )
    notes = [str(warning.message) for warning in said]
    data = {**_data(found), "warnings": notes}
    text = "\n".join([found.summary(), *(f"\nwarning: {note}" for note in notes)])
    return FINE if found.converged else REFUSED, data, text


def run_demo(options: argparse.Namespace) -> Answer:
    """The demonstration on Newcomb's light times."""
    from likelihoodkit.demo import demonstrate

    return demonstrate(options.out)

"""What each command of the command line does: a function from its options to an answer.

Imports stand inside the functions, so that ``likelihoodkit --help`` loads none of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

FINE, REFUSED = 0, 1
Answer = tuple[int, Any, str]  # exit code, plain data for --json, text


def _data(answer: Any) -> Any:
    """``to_json`` of a result, as data whether it gives data or text."""
    data = answer.to_json()
    return json.loads(data) if isinstance(data, str) else data


def run_list(options: argparse.Namespace) -> Answer:
    """What there is, by chapter."""
    from likelihoodkit import data, losses
    from likelihoodkit.families import contents
    from likelihoodkit.families.contents import Entry
    from likelihoodkit.links import LINKS, OF_SHARES

    found: dict[str, dict[str, Any]] = {}
    found["families: kinds of outcome"] = {
        " or ".join(kind.noises): f"{kind.outcome}: {kind.use}" for kind in contents().kinds
    }
    for family in contents():
        found.setdefault(f"families: {family.chapter}", {})[family.name] = family
    for row in losses.catalogue():
        call = f"{row.name}({', '.join(row.settings)})" if row.settings else row.name
        found.setdefault(f"losses: {row.chapter}", {})[call] = row.summary
    found["links"] = {name: f"gives {link.range.words}" for name, link in (LINKS | OF_SHARES).items()}
    found["data"] = {name: data.load(name).title for name in data.names()}
    if options.what:
        found = {title: rows for title, rows in found.items() if title.startswith(options.what)}
    width = max(len(name) for rows in found.values() for name in rows)
    lines: list[str] = []
    for title, rows in found.items():
        lines += ["", title]
        for name, words in rows.items():
            entry = words if isinstance(words, Entry) else None
            lines.append(f"  {name:<{width}}  {entry.summary if entry is not None else words}")
            if entry is not None:
                about = [f"on {entry.support}, {entry.call}", *entry.details]
                lines += [f"  {'':<{width}}    {line}" for line in about]
    told = {t: {n: w.to_json() if isinstance(w, Entry) else w for n, w in rows.items()} for t, rows in found.items()}
    return FINE, told, "\n".join(lines[1:])


def run_show(options: argparse.Namespace) -> Answer:
    """The card of one family or loss."""
    import inspect

    from likelihoodkit.command_line.parse import declared
    from likelihoodkit.declaration import CLOSED_FORMS, body_of
    from likelihoodkit.explain.plain import Plain

    family = declared(options.name)
    printer = Plain()
    rows = [
        {"name": name, "domain": row.domain.words, "link": row.link.name if row.link else None}
        for name, row in family.parameters.items()
    ]
    forms = {form: printer.doprint(getattr(family, form)) for form in CLOSED_FORMS if form in body_of(family)}
    doc = inspect.cleandoc(family.__doc__ or "")
    formula = printer.doprint(family.formula)
    lines = [family.__name__, "", doc, "", f"outcome    {family.outcome.domain.words}"]
    lines += [
        f"parameter  {row['name']}: {row['domain']}, {'link ' + row['link'] if row['link'] else 'held'}" for row in rows
    ]
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


def run_source(options: argparse.Namespace) -> Answer:
    """The loss as the text of a module."""
    from likelihoodkit.command_line.parse import parse
    from likelihoodkit.loss import derive

    text = derive(parse(options.noise)).source(options.target)
    return FINE, {"target": options.target, "source": text}, text.rstrip("\n")


def run_derive(options: argparse.Namespace) -> Answer:
    """Loss, gradient and curvature as formulas."""
    from likelihoodkit.command_line.parse import parse
    from likelihoodkit.explain.scribe import Scribe, readable
    from likelihoodkit.loss import derive

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
    from likelihoodkit.command_line.parse import parse
    from likelihoodkit.command_line.parse_formula import is_formula
    from likelihoodkit.prove import prove
    from likelihoodkit.prove.claim import side

    texts = (options.noise, options.loss)
    named = [None if is_formula(text) else parse(text) for text in texts]
    known = next((side(thing) for thing in named if thing is not None), None)  # says where a formula's symbols live
    lives = () if known is None else (known.target.domain, known.predicted[0][0].domain)
    left, right = (
        _formula(text, options, *lives) if thing is None else thing for text, thing in zip(texts, named, strict=True)
    )
    proof = prove(left, reduces_to=right)
    text = "\n".join([str(proof), *(f"step      {step}" for step in proof.steps if options.steps)])
    return FINE if proof else REFUSED, _data(proof), text


def run_reverse(options: argparse.Namespace) -> Answer:
    """The noise behind a loss."""
    from likelihoodkit.reverse import reverse

    noise = reverse(_loss(options))
    return FINE, _data(noise), str(noise)


def run_elicits(options: argparse.Namespace) -> Answer:
    """The functional that a loss asks for, and whether it is proper where it predicts probabilities."""
    from likelihoodkit.elicit import elicits, is_proper, read

    loss = _loss(options)
    found = elicits(loss)
    facts = ("formula", "equation", "unique", "why")
    data = {"elicits": str(found), **{name: getattr(found, name) for name in facts}, "proper": None}
    text = found.describe()
    question = read(loss)
    if question.as_probability and not question.settings:
        proper = is_proper(loss)
        data["proper"] = {"verdict": proper.verdict, "why": proper.why, "counterexample": proper.counterexample}
        text += f"\nproper    {proper}"
    return FINE, data, text


def _loss(options: argparse.Namespace) -> Any:
    """A named loss, a noise, or a formula."""
    from likelihoodkit.command_line.parse import parse
    from likelihoodkit.command_line.parse_formula import is_formula

    return _formula(options.loss, options) if is_formula(options.loss) else parse(options.loss)


def _formula(text: str, options: argparse.Namespace, outcome: Any = None, prediction: Any = None) -> Any:
    from likelihoodkit.command_line.parse_formula import parse_formula, support

    return parse_formula(
        text,
        outcome=outcome if options.outcome is None else support(options.outcome),
        prediction=prediction if options.prediction is None else support(options.prediction),
    )


def run_explain(options: argparse.Namespace) -> Answer:
    """The four steps."""
    from likelihoodkit.command_line.parse import parse
    from likelihoodkit.explain import explain

    told = explain(parse(options.noise))
    text = {"text": told.__str__, "markdown": told.to_markdown, "latex": told.to_latex, "html": told.to_html}
    return FINE, told.to_json(), text[options.format]()


def run_check(options: argparse.Namespace) -> Answer:
    """A certificate."""
    from likelihoodkit.certify import check
    from likelihoodkit.command_line.parse import parse_family
    from likelihoodkit.errors import InputError

    if options.all:
        return _check_all(options)
    if options.family is None:
        raise InputError("nothing to check", remedy="Name a family, or say --all")
    report = check(parse_family(options.family), grid=options.grid, seed=options.seed)
    return FINE if report.passed else REFUSED, _data(report), str(report)


def _check_all(options: argparse.Namespace) -> Answer:
    """Every family, link, wrapper and loss; says how far it is on the error stream."""
    from likelihoodkit.command_line.roster import Verdict, certify_all, subjects, summary, table

    labels = list(subjects(tuple(options.kinds), options.match))

    def said(verdict: Verdict, count: int) -> None:
        print(f"{count}/{len(labels)} {verdict.label}", file=sys.stderr, flush=True)

    found = certify_all(labels, options.grid, options.seed, options.jobs, said)
    passed = all(verdict.passed is not False for verdict in found)
    data = {"grid": options.grid, "summary": summary(found), "subjects": [verdict.to_json() for verdict in found]}
    return FINE if passed else REFUSED, data, table(found)


def run_fit(options: argparse.Namespace) -> Answer:
    """A fit to the columns of a file."""
    import warnings

    from likelihoodkit.command_line.csvfile import CsvFile
    from likelihoodkit.command_line.parse import parse_family
    from likelihoodkit.declaration import as_bound
    from likelihoodkit.errors import BindingError
    from likelihoodkit.fit import fit

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
    given: dict[str, Any] = dict(file.columns(bound.inputs))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = fit(
            bound,
            file.column(options.outcome),
            {bound.outputs[0]: columns} if columns else None,
            weights=None if options.weights is None else file.column(options.weights),
            offset=None if options.offset is None else file.column(options.offset),
            intercept=options.intercept,
            **given,
        )
    notes = [str(warning.message) for warning in said]
    data = {**_data(found), "warnings": notes}
    text = "\n".join([found.summary(), *(f"\nwarning: {note}" for note in notes)])
    return FINE if found.converged else REFUSED, data, text


def run_demo(options: argparse.Namespace) -> Answer:
    """The demonstration on Newcomb's light times."""
    from likelihoodkit.command_line.demo import demonstrate

    return demonstrate(options.out)

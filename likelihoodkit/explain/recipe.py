"""The four steps of the recipe, told from a `Loss`: what is chosen, linked, minimised and inferred."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import sympy as sp

from likelihoodkit.declaration import NO_OUTCOME, Bound, FamilyMeta, Held, Shared, as_bound
from likelihoodkit.declaration.binding import Facts
from likelihoodkit.explain.document import Block, Display, Explanation, Math, Paragraph, Section
from likelihoodkit.explain.scribe import Scribe, readable, textbook
from likelihoodkit.explain.wrapper_words import RULES
from likelihoodkit.links import Link
from likelihoodkit.loss import Loss, derive
from likelihoodkit.nll import Step
from likelihoodkit.primitives import is_vector
from likelihoodkit.supports.columns import KNOWN, UNKNOWN

#: why an output may be used through this link
REASONS = {
    "identity": "any real number will do, so the output is used as it is",
    "exp": "always positive; adding to the output multiplies the parameter",
    "softplus": "always positive; close to the output itself where that is large",
    "sigmoid": "always between 0 and 1; the output is the log-odds",
    "softmax": "always positive and summing to one; only differences between outputs matter",
    "tanh": "always between -1 and 1",
    "square": "never negative; not one to one, and singular at 0",
    "angle": "the output is an angle in radians, wrapped around the circle",
    "shifted_exp": "always above 1",
    "vector": "any real vector will do, so the outputs are used as they are",
}
#: closed forms that answer a question, in the order of telling, and the rule that asks it
ANSWERS = {"mode": "mode", "expectation": "mean", "median": "median"}


def tell(loss: Loss) -> Explanation:
    """The recipe of one loss as a document."""
    noise = loss.bound.family.sign < 0
    scribe = Scribe(loss)
    by_name = (repr(loss.bound) if type(loss) is Loss else repr(loss)).removeprefix("losses.").removesuffix("()")
    title = (
        f"{repr(loss.bound).removesuffix('()')}: from the noise to the loss" if noise else f"{by_name}: a loss by name"
    )
    sections = (
        Section("1. Choose the distribution" if noise else "1. Choose the loss", tuple(_choose(loss, scribe, noise))),
        Section("2. Let the model predict its parameters", tuple(_link(loss, scribe))),
        Section(f"3. Minimise{' the negative log-likelihood' if noise else ''}", tuple(_minimise(loss, scribe, noise))),
        Section("4. Infer", tuple(_infer(loss, scribe, noise))),
    )
    return Explanation(title, sections)


def _words(text: str) -> Paragraph:
    return Paragraph((text,))


def _choose(loss: Loss, scribe: Scribe, noise: bool) -> Iterator[Block]:
    family = loss.bound.family
    doc = inspect.cleandoc(family.__doc__ or "")
    for paragraph in doc.split("\n\n"):
        if ">>>" not in paragraph:
            yield _words(" ".join(paragraph.split()))
    names = ", ".join(family.parameters)
    some = "its parameter is" if len(family.parameters) == 1 else "its parameters are"
    y = scribe.math(family.outcome.symbol)
    outcome: tuple[str | Math, ...] = ("The outcome ", y, f" is one of the {family.outcome.domain.words}; ")
    if family.outcome is NO_OUTCOME:
        outcome, some = (), "What it is called with:"
    yield Paragraph((*outcome, f"{some} {names}."))
    if noise:
        kind = "log-probability" if family.outcome.domain.discrete else "log-density"
        given = ", ".join(scribe.tex.doprint(row.symbol) for row in family.parameters.values())
        left = Math(f"log p(y | {names})", rf"\log p(y \mid {given})")
        chosen = textbook(_chosen(loss, family.formula))
        yield from _inside(family)
        if isinstance(chosen, sp.Piecewise):
            yield _words(f"The {kind}, case by case:")
            yield from _cases(scribe, left, chosen)
        else:
            yield Display(scribe.equation(left, chosen), f"the {kind}")
    else:
        yield Display(scribe.equation(scribe.math("loss"), family.formula))


def _inside(family: type[Facts]) -> Iterator[Block]:
    """The noises that a wrapper was given, and what it does with them; nothing of a family that is no wrapper."""
    if family.recipe is None:
        return
    wrapper, given, named = family.recipe
    parts = [
        part for value in (*given, *named.values()) for part in (value if isinstance(value, list | tuple) else [value])
    ]
    for bound in dict.fromkeys(as_bound(part) for part in parts if isinstance(part, Bound | FamilyMeta)):
        scribe, kind = Scribe(derive(bound)), "probability" if bound.family.outcome.domain.discrete else "density"
        yield _words(f"Inside is {bound!r}, with the {kind} p₀:")
        yield from _cases(
            scribe, Math("log p₀(y)", r"\log p_0(y)"), textbook(_chosen(derive(bound), bound.family.formula))
        )
    yield _words(f"What {wrapper.__name__} does with it:")
    for formula, where in RULES[wrapper.__name__]:
        yield Display(formula, where)


def _link(loss: Loss, scribe: Scribe) -> Iterator[Block]:
    derivation, family = loss.derivation, loss.bound.family
    count = len(derivation.outputs)
    if count:
        model = "f[x], one number" if count == 1 else f"{count} numbers"
        if any(is_vector(s) for s in derivation.outputs.values()):
            model = "f[x], K numbers" if count == 1 else f"{count} blocks of numbers"
        yield _words(f"For each row x the model outputs {model}; nothing keeps an output in any range, so a link does.")
    for name, how in loss.bound.bindings:
        row = family.parameters[name]
        left = scribe.math(row.symbol)
        if isinstance(how, Held):
            if how.value is None:
                yield Display(left, "given with each row, not predicted")
            else:
                value = row.domain.names[int(loss.bound.held[name])] if row.domain.names else how.value
                right = scribe.math(value)
                equation = Math(f"{left.plain} = {right.plain}", f"{left.latex} = {right.latex}")
                yield Display(equation, "held, not predicted")
            continue
        link = how.link if isinstance(how, Shared) else how
        assert isinstance(link, Link)
        reason = f"{link.name}: {REASONS.get(link.name, f'gives {link.range.words}')}"
        if isinstance(how, Shared):
            reason += "; one value, learnt once for all rows"
        yield Display(scribe.equation(left, derivation.parameters[name]), reason)


def _minimise(loss: Loss, scribe: Scribe, noise: bool) -> Iterator[Block]:
    derivation = loss.derivation
    rows = scribe.math("loss")
    if noise:
        yield _words(
            "Independent rows multiply their probabilities; minus the logarithm turns the product into a sum, and the "
            "best parameters into the smallest loss. Of one row:"
        )
        yield from _cases(scribe, Math("-log p", r"-\log p"), -textbook(_chosen(loss, loss.bound.family.formula)))
    steps = [step for step in derivation.steps if step.stage == "minimise" and step.equality]
    if steps:
        yield _words("With the links put in, these identities make it safe to compute at any output:")
    seen: set[Math] = set()
    for step in steps:
        for shown in _claims(scribe, step):
            if shown not in seen:
                seen.add(shown)
                yield Display(shown, step.why)
    yield _words("The loss of one row, every constant kept:")
    yield from _cases(scribe, rows, readable(derivation.expression))
    if derivation.predicted:
        yield _words("Its gradient, what training follows:")
    for name, slope in loss.calculus.gradient.items():
        symbol = scribe.math(derivation.predicted[name])
        left = Math(f"d loss / d {symbol.plain}", rf"\frac{{\partial\,\mathrm{{loss}}}}{{\partial {symbol.latex}}}")
        yield from _cases(scribe, left, readable(slope))
    yield from _constants(loss, scribe)


def _claims(scribe: Scribe, step: Step) -> Iterator[Math]:
    """What a step says, case by case; a side alone where the other is another way of computing what reads the same."""
    before, after = _branches(step.before), _branches(step.after)
    pairs = [(step.before, step.after)]
    if [condition for _, condition in before] == [condition for _, condition in after]:
        pairs = [(old, new) for (old, _), (new, _) in zip(before, after, strict=True)]
    for old, new in pairs:
        left, right = scribe.math(old), scribe.math(new)
        if old != new and left.plain != right.plain:
            yield Math(f"{left.plain} = {right.plain}", f"{left.latex} = {right.latex}")
        elif old != new and not old.is_Atom and len(old.args) > 1:
            yield left


def _branches(expression: sp.Expr) -> list[tuple[sp.Expr, sp.Basic]]:
    """The cases of an expression and their conditions, the expression itself if it has none."""
    number, body = expression.as_coeff_Mul()
    if isinstance(body, sp.Piecewise):
        return [(number * branch, condition) for branch, condition in body.args]
    return [(expression, sp.true)]


def _cases(scribe: Scribe, left: Math, expression: sp.Expr) -> Iterator[Display]:
    """``left = expression``, one line to a case."""
    branches = _branches(expression)
    if len(branches) == 1:
        yield Display(scribe.equation(left, expression))
        return
    known = [_known(scribe, condition) for _, condition in branches]
    for (branch, condition), told in zip(branches, known, strict=True):
        rest = KNOWN[UNKNOWN] if any(known) else ""
        words = told or (rest if condition == sp.true else scribe.plain.doprint(condition))
        yield Display(scribe.equation(left, branch), f"where {words}" if words else "otherwise")


def _known(scribe: Scribe, condition: sp.Basic) -> str | None:
    """What a condition on the kind of an interval outcome says of it, in words."""
    if isinstance(condition, sp.Eq) and scribe.kind is not None and condition.lhs == scribe.kind:
        return KNOWN[int(condition.rhs)]
    return None


def _chosen(loss: Loss, formula: sp.Expr) -> sp.Expr:
    """The formula with what was chosen by name put in: of several forms a reader wants the one that counts."""
    chosen = {
        loss.bound.family.parameters[name].symbol: value
        for name, value in loss.bound.held.items()
        if loss.bound.family.parameters[name].domain.names
    }
    return formula.xreplace(chosen)


def _constants(loss: Loss, scribe: Scribe) -> Iterator[Block]:
    free = [
        term
        for term in sp.Add.make_args(loss.derivation.expression)
        if not term.free_symbols & set(loss.derivation.predicted.values())
    ]
    if free:
        constant = scribe.math(sp.Add(*free))
        yield Paragraph(
            (
                "Nothing is dropped. The part free of the outputs, ",
                constant,
                ", does not move the minimum; it is kept, so that losses of different noises can be compared.",
            )
        )


def _infer(loss: Loss, scribe: Scribe, noise: bool) -> Iterator[Block]:
    family, derivation = loss.bound.family, loss.derivation
    if not noise:
        doc = inspect.cleandoc(family.__doc__ or "")
        elicits = " ".join(doc[doc.find("Elicits") :].split("\n\n", maxsplit=1)[0].split()) if "Elicits" in doc else ""
        sentence = elicits.partition(". ")[0].rstrip(".")
        sentence = sentence[:1].lower() + sentence[1:]
        yield _words(f"The prediction that minimises the expected loss: the loss {sentence}." if sentence else "")
        return
    known = {form: getattr(family, form) for form in ANSWERS if isinstance(getattr(family, form, None), sp.Expr)}
    one = " One number from it:" if known else ""
    yield _words(f"The model now gives a whole distribution for each row, loss.distribution(outputs).{one}")
    for formula in dict.fromkeys(known.values()):
        forms = [form for form, value in known.items() if value == formula]
        left = Math(
            " = ".join(f"{ANSWERS[form]} of y" for form in forms),
            " = ".join(rf"\mathrm{{{ANSWERS[form]}}}(y)" for form in forms),
        )
        rules = " or ".join(f'rule="{ANSWERS[form]}"' for form in forms)
        value = _held_in(loss, formula)
        if isinstance(value, sp.Piecewise) and len(value.args) == 1:
            value, condition = value.args[0]
            rules += f"; there is none unless {scribe.plain.doprint(condition)}"
        yield Display(scribe.equation(left, value), rules)
    missing = [word for form, word in ANSWERS.items() if form not in known]
    if missing:
        yield _words(f"Without a closed form, and computed from the distribution: {', '.join(missing)}.")
    if derivation.outputs:
        yield _words(
            "Other rules: lk.quantile(q), lk.interval(p), and lk.minimise(cost) where mistakes cost differently."
        )


def _held_in(loss: Loss, formula: sp.Expr) -> sp.Expr:
    held = {loss.bound.family.parameters[name].symbol: value for name, value in loss.bound.held.items()}
    return formula.xreplace(held)

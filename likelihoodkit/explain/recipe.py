"""The four steps of the recipe, told from a `Loss`: what is chosen, linked, minimised and inferred."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import sympy as sp

from likelihoodkit.declaration import NO_OUTCOME, Held, Shared
from likelihoodkit.explain.document import Block, Display, Explanation, Math, Paragraph, Section
from likelihoodkit.explain.plain import TEMPLATES, Plain
from likelihoodkit.explain.tex import Tex, letter
from likelihoodkit.links import Link
from likelihoodkit.loss import Loss
from likelihoodkit.nll import Step
from likelihoodkit.primitives import Primitive, is_vector, log_softplus, softplus, times_exp

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


class Scribe:
    """Writes expressions of one loss in both spellings, with one set of names."""

    def __init__(self, loss: Loss) -> None:
        derivation, family = loss.derivation, loss.bound.family
        predicted = derivation.predicted
        plain, latex = {}, {"y": "y"}
        for name, symbol in predicted.items():
            alone = len(predicted) == 1
            sign = letter(family.__name__, name)
            plain[symbol.name] = ("f" if alone else f"f_{name}") + ("" if name in derivation.shared else "[x]")
            latex[symbol.name] = "f" if alone else f"f_{{{sign}}}"
            latex[symbol.name] += "" if name in derivation.shared else r"[\mathbf{x}]"
        for name in family.parameters:
            latex[name] = letter(family.__name__, name)
        latex |= {"quantile_level": "q"}
        plain |= {"quantile_level": "q"}
        self.plain, self.tex = Plain(plain), Tex(latex)

    def math(self, expression: sp.Expr | str) -> Math:
        """An expression, or a name that is the same word in both spellings."""
        if isinstance(expression, str):
            return Math(expression, rf"\mathrm{{{expression}}}")
        return Math(self.plain.doprint(expression), self.tex.doprint(expression))

    def equation(self, left: Math, right: sp.Expr) -> Math:
        """``left = right``."""
        side = self.math(right)
        return Math(f"{left.plain} = {side.plain}", f"{left.latex} = {side.latex}")


def readable(expression: sp.Expr) -> sp.Expr:
    """The expression with scales written as scales, not by their logarithm: for reading, never for computing."""

    def carried(node: sp.Expr) -> bool:
        return isinstance(node, Primitive) and (isinstance(node, times_exp) or node.func.__name__ not in TEMPLATES)

    def write_out(node: sp.Expr) -> sp.Expr:
        factors, left = [], []
        for term in sp.Add.make_args(node.args[0]):
            number, body = term.as_coeff_Mul()
            if isinstance(body, log_softplus):
                factors.append(softplus(body.args[0]) ** number)
            else:
                left.append(term)
        return sp.Mul(*factors) * sp.exp(sp.Add(*left))

    while any(carried(node) and node.meaning() != node for node in expression.atoms(Primitive)):
        expression = expression.replace(carried, lambda node: node.meaning())
    return expression.replace(lambda node: isinstance(node, sp.exp), write_out)


def tell(loss: Loss) -> Explanation:
    """The recipe of one loss as a document."""
    noise = loss.bound.family.sign < 0
    scribe = Scribe(loss)
    by_name = repr(loss).removeprefix("losses.").removeprefix("Loss(").removesuffix("()")
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
        yield Display(scribe.equation(left, family.formula), f"the {kind}")
    else:
        yield Display(scribe.equation(scribe.math("loss"), family.formula))


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
                yield Display(scribe.equation(left, how.value), "held, not predicted")
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
        yield Display(scribe.equation(Math("-log p", r"-\log p"), -loss.bound.family.formula))
    steps = [step for step in derivation.steps if step.stage == "minimise" and step.equality]
    if steps:
        yield _words("With the links put in, these identities make it safe to compute at any output:")
    seen = set()
    for step in steps:
        key = (step.before, step.after)
        if key not in seen and step.before != step.after:
            seen.add(key)
            yield Display(_step(scribe, step), step.why)
    yield _words("The loss of one row, every constant kept:")
    yield Display(scribe.equation(rows, readable(derivation.expression)))
    if derivation.predicted:
        yield _words("Its gradient, what training follows:")
    for name, slope in loss.calculus.gradient.items():
        symbol = scribe.math(derivation.predicted[name])
        left = Math(f"d loss / d {symbol.plain}", rf"\frac{{\partial\,\mathrm{{loss}}}}{{\partial {symbol.latex}}}")
        yield Display(scribe.equation(left, readable(slope)))
    yield from _constants(loss, scribe)


def _step(scribe: Scribe, step: Step) -> Math:
    return scribe.equation(scribe.math(step.before), step.after)


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
        yield Display(scribe.equation(left, _held_in(loss, formula)), rules)
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

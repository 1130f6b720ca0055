from __future__ import annotations

import html.parser
import re
from functools import cache

import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser

import likelihoodkit as lk
from likelihoodkit import losses
from likelihoodkit.explain import explain
from likelihoodkit.explain.document import Display, Paragraph
from likelihoodkit.explain.plain import TEMPLATES, Plain
from likelihoodkit.explain.scribe import readable
from likelihoodkit.explain.tex import Tex, fill
from likelihoodkit.explain.wrapper_words import RULES
from likelihoodkit.families import FAMILIES
from likelihoodkit.loss import derive
from likelihoodkit.nll import Step
from likelihoodkit.primitives import RECORDS, expm1, log1p, pick, softplus, times_exp
from likelihoodkit.primitives.robust import expm1_minus
from losses.settings import instances

HELD = {
    "Huber": {"threshold": 1.345}, "AsymmetricLaplace": {"level": 0.9}, "Binomial": {"trials": 10},
    "Pareto": {"minimum": 0.5}, "Tweedie": {"power": 1.5},
    "AsymmetricNormal": {"level": 0.9}, "BetaBinomial": {"trials": 10},
}  # fmt: skip
NOISES = [family(**HELD.get(name, {})) for name, family in FAMILIES.items()]
SUBJECTS = [*NOISES, *instances()]
STEPS = ("1. Choose", "2. Let the model predict its parameters", "3. Minimise", "4. Infer")

a, b, x = sp.symbols("a b x", real=True)
z = sp.Symbol("f_scale", real=True)


@cache
def told_of(place):
    return explain(SUBJECTS[place])


@pytest.mark.parametrize("place", range(len(SUBJECTS)), ids=lambda place: repr(SUBJECTS[place]))
def test_the_four_steps_in_every_spelling(place):
    told = told_of(place)
    for text in (str(told), told.to_markdown(), told.to_latex(), told.to_html()):
        places = [text.find(step) for step in STEPS]
        assert min(places) >= 0
        assert places == sorted(places)
    text = str(told)
    assert not [formula for formula in told.formulas() if "**" in formula.plain]
    assert not re.search(r"\bf_\w+(?!\w*\[x\])\b", text)  # outputs read f[x]
    names = [name for name, record in RECORDS.items() if "_" in name]
    assert not [name for name in names if re.search(rf"\b{name}\(", text)]  # no name of ours is shown to a student


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(SUBJECTS)), ids=lambda place: repr(SUBJECTS[place]))
def test_latex_is_balanced_and_typesets(place):
    parser = MathTextParser("agg")
    formulas = told_of(place).formulas()
    assert len(formulas) >= 4
    for formula in formulas:
        latex = formula.latex
        assert latex.count("{") == latex.count("}")
        assert len(re.findall(r"\\left\b", latex)) == len(re.findall(r"\\right\b", latex))
        assert latex.count(r"\begin") == latex.count(r"\end")
        if r"\begin" not in latex:  # matplotlib knows no environments
            parser.parse(f"${latex}$")


def test_html_is_well_formed():
    class Reader(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.open = []

        def handle_starttag(self, tag, attrs):
            self.open.append(tag)

        def handle_endtag(self, tag):
            assert self.open.pop() == tag

    for place in range(len(SUBJECTS)):
        reader = Reader()
        reader.feed(told_of(place).to_html())
        assert reader.open == []


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (times_exp(a - b, x), "(a - b)·e^x"),
        (times_exp(a, x) ** 2, "(a·e^x)^2"),
        (2 * expm1(a), "2·(e^a - 1)"),
        (-expm1(a - b), "-(e^(a - b) - 1)"),
        (a - expm1_minus(b), "a - (e^b - 1 - b)"),
        (1 / expm1(a), "1/(e^a - 1)"),
        (x / 3 - a / 3, "(x - a)/3"),
        (sp.Rational(269, 200) * a, "1.345·a"),
        (a / (b * x), "a/(b·x)"),
        (-((a - b) ** 2) / 2, "-(a - b)^2/2"),
        (sp.sqrt(a**2 + 1), "sqrt(a^2 + 1)"),
        (sp.Heaviside(a - b), "[a > b]"),
        (sp.Abs(a - b), "|a - b|"),
        (log1p(-a), "log(1 - a)"),
    ],
)
def test_plain_text(expression, text):
    assert Plain().doprint(expression) == text


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        (times_exp(a - b, x - a), r"\left(a - b\right)\,e^{x - a}"),
        (lk.log1p_square(a - b), r"\log\left(1+\left(a - b\right)^2\right)"),
        (-2 * expm1(a - b), r"\left(e^{a - b}-1\right)"),
    ],
)
def test_latex_brackets_what_a_template_does_not(expression, latex):
    assert latex in Tex().doprint(expression)


def test_fill_leaves_enclosed_arguments_alone():
    assert fill(r"\frac{{{0}}}{{{1}}}", [("a - b", True), ("c", False)]) == r"\frac{a - b}{c}"
    assert fill(r"f\left({0},{1}\right)", [("a - b", True), ("c - d", True)]) == r"f\left(a - b,c - d\right)"
    assert fill(r"e^{{-{0}}}", [("a - b", True)]) == r"e^{-\left(a - b\right)}"


def test_every_primitive_has_a_plain_spelling():
    for name, record in RECORDS.items():
        arguments = sp.symbols("a b c d e f g h i", real=True)[: record.nargs]
        text = Plain().doprint(record.function(*arguments))
        assert "_" not in text or name in TEMPLATES, name
        assert Tex().doprint(record.function(*arguments))


@pytest.mark.parametrize("subject", NOISES, ids=repr)
def test_readable_changes_nothing_but_the_spelling(subject):
    derivation = derive(subject).derivation
    assert Step("minimise", "readable", derivation.expression, readable(derivation.expression), "").check()


def test_what_a_student_reads():
    text = str(explain(lk.Normal(scale=1)))
    assert "mean = f[x]    (identity: any real number will do, so the output is used as it is)" in text
    assert "scale = 1    (held, not predicted)" in text
    assert "loss = (y - f[x])^2/2 + log(2·pi)/2" in text
    assert "d loss / d f[x] = f[x] - y" in text
    assert "Nothing is dropped. The part free of the outputs, log(2·pi)/2," in text
    assert "mode of y = mean of y = median of y = mean" in text
    assert "one value, learnt once for all rows" in " ".join(str(explain(lk.Normal(scale=lk.shared))).split())
    assert "given with each row" in str(explain(lk.Binomial))
    assert "log(sigmoid(f[x])) = -softplus(-f[x])    (log sigmoid(z) = -softplus(-z))" in str(explain(lk.Bernoulli))
    assert "the loss elicits the quantile at" in str(explain(losses.pinball(0.9))).replace("\n", " ")
    assert r"\lambda = e^{f[\mathbf{x}]}" in explain(lk.Poisson).to_latex()


def test_print_shows_the_four_steps():
    loss = lk.derive(lk.Laplace(scale=1))
    assert str(loss) == str(explain(loss)) == str(explain(lk.Laplace(scale=1)))
    assert repr(loss) == "Loss(Laplace(scale=1))"
    assert str(losses.absolute_error).startswith("absolute_error: a loss by name")


def test_notebooks_get_formulas():
    told = explain(lk.Poisson)
    assert told._repr_latex_().startswith("$$")
    assert told._repr_markdown_() == told.to_markdown()
    assert told.to_json()["sections"][0]["title"] == "1. Choose the distribution"
    assert Plain().doprint(pick(softplus(z), a)) == "softplus(f_scale)[a]"


def test_wrong_things_are_refused():
    with pytest.raises(lk.BindingError):
        explain("Normal")


def test_a_derivation_is_written_out_step_by_step():
    derivation = derive(lk.Bernoulli).derivation
    markdown, html = derivation.to_markdown(), derivation.to_html()
    assert len(markdown.splitlines()) == len(derivation.steps) == html.count("<li>")
    assert "softplus" in markdown
    assert html.startswith("<ol>")
    assert derive(lk.Bernoulli)._repr_latex_().startswith("$$")


def test_the_table_of_families_has_every_family_once():
    rows = lk.families()
    assert sorted(row.name for row in rows) == sorted(lk.families.FAMILIES)
    lines = str(rows).splitlines()
    assert sum(line.startswith("  ") and not line.startswith("   ") for line in lines) == len(rows) + len(rows.kinds)


def test_cases_are_told_one_by_one_and_in_words():
    text = str(explain(lk.Censored(lk.Normal(scale=1))))
    assert "loss = (low - f[x])^2/2 + log(2·pi)/2    (where y was seen: low = high)" in text
    assert "loss = -log Φ(high - f[x])    (where y is at most high)" in text
    assert "loss = 0    (where nothing is known of y)" in text
    assert "kind" not in text

    class Sorted(lk.Distribution):
        """Two kinds of errors, of which a setting says the kind."""

        y = lk.outcome(lk.real)
        scale = lk.parameter(lk.positive, link="exp")
        y_kind = lk.held(lk.counts)
        log_density = sp.Piecewise(
            (-(((y - 1) / scale) ** 2) / 2, sp.Eq(y_kind, 7)), (-((y / scale) ** 2) / 2, True)
        ) - lk.log(scale)

    text = str(explain(Sorted))  # a setting of that name is not what is known of an interval
    assert "y_kind = 7" in text
    assert "seen" not in text
    text = str(explain(lk.Ordered(response="cauchy")))
    assert "response = cauchy    (held, not predicted)" in text
    assert "Φ" not in text  # of five responses only the chosen one is told
    assert "there is none unless df > 1" in str(explain(lk.StudentT))


WRAPPED = {
    "Censored": lk.Censored(lk.Normal(scale=1)),
    "Truncated": lk.Truncated(lk.Gamma, low=1),
    "ZeroInflated": lk.ZeroInflated(lk.Poisson),
    "Hurdle": lk.Hurdle(lk.Poisson),
    "ZeroOneInflated": lk.ZeroOneInflated(lk.Beta),
    "Mixture": lk.Mixture([lk.Normal, lk.Laplace(scale=1)]),
    "Joint": lk.Joint(a=lk.Normal, b=lk.Poisson),
    "Independent": lk.Independent(lk.Laplace, 2),
    "Transformed": lk.Transformed(lk.Normal, lk.log),
    "Discretised": lk.Discretised(lk.Logistic),
    "Mislabelled": lk.Mislabelled(lk.Bernoulli, rates=0.1),
}


@pytest.mark.parametrize("name", RULES)
def test_a_wrapper_says_what_it_does_and_to_what(name):
    assert RULES.keys() == WRAPPED.keys()
    told = explain(WRAPPED[name])
    parts = [block.parts[0] for block in told.sections[0].blocks if isinstance(block, Paragraph)]
    assert [words for words in parts if words.startswith("Inside is ")]
    shown = [block.formula for block in told.sections[0].blocks if isinstance(block, Display)]
    assert set(shown) >= {formula for formula, _ in RULES[name]}
    assert any(formula.plain.startswith("log p₀(y) = ") for formula in shown)
    assert not [formula for formula in told.formulas() if re.search(r"exp\(-\(|-\(-|log\(-\(", formula.plain)]
    for formula, _ in RULES[name]:
        MathTextParser("agg").parse(f"${formula.latex}$")


def test_long_formulas_are_broken_before_a_sign():
    lines = str(explain(lk.NegativeBinomial)).splitlines()
    assert max(map(len, lines)) <= 96
    assert "    -log p = (y + 1/dispersion)·log(1 + dispersion·mean) + log(y!) - y·log(dispersion·mean)" in lines
    assert "        - log(Γ(1/dispersion + y)/Γ(1/dispersion))" in lines
    assert not any(line.endswith((" +", " -", " =")) for line in lines if line.startswith("    "))


def test_a_loss_without_its_settings_says_which():
    with pytest.raises(lk.BindingError, match=r"losses.huber\(delta\) is a loss once it has its settings. Call it"):
        explain(losses.huber)

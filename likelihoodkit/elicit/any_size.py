"""What can be proved of a loss of K classes for every K at once, by the vector arithmetic of the proof engine.

The loss is written as a vector whose entry k is the loss where class k occurred. Then exp(-loss) summed over the
classes and the expected loss under a truth p are sums over entries, and `decide` compares them for all K.
"""

from __future__ import annotations

from functools import cached_property

import sympy as sp

from likelihoodkit.elicit.question import Question
from likelihoodkit.primitives import VectorSymbol, lower, one_hot, pick, softmax, sum_over
from likelihoodkit.prove import Domain, decide
from likelihoodkit.prove.generators import Level
from likelihoodkit.prove.outcome import Undecided
from likelihoodkit.prove.vectors import LENGTH
from likelihoodkit.prove.zero import Reader

SIZE = 3  # the number of classes at which `classes` looks for what is proved here
TRUTH = VectorSymbol("truth", real=True, positive=True)
SIMPLEX = Domain(sp.S.Zero, sp.S.One, simplex=True)


class AnySize:
    """One loss of K classes with K left open."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.symbol = question.prediction.symbol
        self.simplex = question.prediction.domain.sums_to_one
        self.chances = self.symbol if self.simplex else softmax(self.symbol)

    def _reader(self) -> Reader:
        known = frozenset([self.symbol, TRUTH] if self.simplex else [TRUTH])
        levels: dict[sp.Symbol, Level] = dict.fromkeys((*self.question.settings, LENGTH), 0)
        return Reader({**levels, self.symbol: 2, TRUTH: 1}, known)

    @cached_property
    def losses(self) -> sp.Expr | None:
        """The vector of losses, entry k for class k; None where the loss cannot be written so, or its K is fixed."""
        if self.question.fixed:
            return None
        formula, label = self.question.formula, sp.Symbol("label", real=True)
        value = one_hot(label, self.symbol) if self.question.target.vector else label
        reader = self._reader()
        reader.levels[label] = 1
        try:
            plain = reader.expression(reader.read(lower(formula.xreplace({self.question.y: value}))))
        except Undecided:
            return None
        plain = plain.replace(lambda e: isinstance(e, pick) and e.args[1] == label, lambda e: e.args[0])
        return None if label in plain.free_symbols else plain

    @cached_property
    def mass(self) -> sp.Expr | None:
        """exp(-loss) summed over the classes, where that is one number whatever K and the prediction; else None."""
        if self.losses is None:
            return None
        reader = self._reader()
        try:
            total = reader.read(sum_over(sp.exp(-self.losses))).cancelled()
        except Undecided:
            return None
        value = reader.expression(total)
        return value if value.is_number else None

    @cached_property
    def own(self) -> bool:
        """Does the loss see nothing but the probability of the class that occurred, whatever K?"""
        return self.simplex and self.losses is not None and not self.losses.has(sum_over)

    def expected_is(self, other: sp.Expr) -> bool:
        """Is the expected loss under a truth c times ``other`` plus something free of the prediction, for every K?"""
        if self.losses is None:
            return False
        expected = sum_over(TRUTH * self.losses)
        domains = {TRUTH: SIMPLEX, **({self.symbol: SIMPLEX} if self.simplex else {})}
        return decide(expected, other, predictions=[self.symbol], targets=[TRUTH], domains=domains).verdict == "proved"

    @cached_property
    def divergence(self) -> str:
        """The divergence from the truth that the expected loss is, where it is one: words, or the empty text."""
        if self.expected_is(-sum_over(TRUTH * sp.log(self.chances))):
            return "the Kullback-Leibler divergence from the truth"
        if self.expected_is(sum_over((self.chances - TRUTH) ** 2)):
            return "the squared distance to the truth"
        return ""

    def mixes(self, kept: sp.Expr, spread: sp.Expr) -> str:
        """The mixed truth of which it is the log-loss, for every K: kept p + spread/K or kept p + spread, in words."""
        for share, words in ((spread * SIZE / LENGTH, f"({spread * SIZE})/K"), (spread, f"{spread}")):
            if self.expected_is(-sum_over((kept * TRUTH + share) * sp.log(self.chances))):
                return f"{kept} p + {words}"
        return ""

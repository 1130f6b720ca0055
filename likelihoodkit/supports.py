"""Where outcomes and parameters live: one record per support.

A support knows its interval, whether it is whole numbers, which SymPy assumptions its symbol may carry, how
to say so in an error, and which family to try instead. Being whole-numbered is a fact of the support and never
a SymPy assumption: ``loggamma(n + 1)`` of an integer symbol turns itself back into ``log(gamma(n + 1))``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from likelihoodkit.errors import SupportError

INFINITY = float("inf")


@dataclass(frozen=True)
class Support:
    """A set of values: an interval, possibly of whole numbers, possibly a vector of them.

    ``low``/``high`` bound every entry; ``closed_low``/``closed_high`` say whether the bound itself belongs.
    ``layout`` says how many numbers a vector holds (see `likelihoodkit.layout.SIZES`), ``fewest`` the least number of
    entries; only a link made for it fits a ``special`` one. ``total`` names the parameter that the entries add up to,
    ``upper`` and ``lower`` the held parameters that bound the outcome.
    """

    name: str
    words: str
    low: float = -INFINITY
    high: float = INFINITY
    closed_low: bool = False
    closed_high: bool = False
    whole: bool = False
    vector: bool = False
    sums_to_one: bool = False
    circular: bool = False
    classes: int | None = None
    upper: str | None = None
    lower: str | None = None
    layout: str = "entries"
    fewest: int = 2
    special: bool = False
    total: str | None = None
    remedy: str = ""
    typical: tuple[float, float] = (-3.0, 3.0)
    interval: bool = False  # rows [low, high] that enclose a value of this support
    columns: tuple[tuple[str, Support], ...] = ()  # several named outcomes in one row, each with its own support
    atoms: tuple[float, ...] = ()  # values of a continuous outcome that have a probability of their own
    size: int | None = None  # entries of a vector where the declaration fixes them
    increasing: bool = False  # the entries of a vector come in increasing order
    names: tuple[str, ...] = ()  # what the numbers 0, 1, ... are called where they stand for a choice
    notes: dict[str, str] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return self.name

    @property
    def assumptions(self) -> dict[str, bool]:
        """SymPy assumptions that a symbol living here may carry.

        >>> positive.assumptions
        {'real': True, 'positive': True}
        >>> counts.assumptions
        {'real': True, 'nonnegative': True}
        """
        facts = {"real": True}
        if self.low > 0 or (self.low == 0 and not self.closed_low):
            facts["positive"] = True
        elif self.low == 0:
            facts["nonnegative"] = True
        return facts

    @property
    def discrete(self) -> bool:
        """True when a probability, not a density, is attached to each value."""
        return self.whole

    @property
    def entries(self) -> tuple[tuple[str, Support], ...]:
        """What one row of a compound outcome consists of: labels and supports; empty for a plain outcome.

        >>> from dataclasses import replace
        >>> [label for label, _ in replace(positive, interval=True).entries]
        ['low', 'high', 'kind']
        """
        if self.interval:
            scalar = replace(self, interval=False, vector=False)
            return ("low", scalar), ("high", scalar), ("kind", KINDS)
        return tuple(
            (f"{name}_{label}" if label else name, entry)
            for name, support in self.columns
            for label, entry in (support.entries or (("", support),))
        )

    def includes(self, other: Support) -> bool:
        """Does every value of ``other`` belong here, as the range of a link must."""
        if self.vector != other.vector or (self.sums_to_one and not other.sums_to_one):
            return False
        if self.vector and (self.layout != other.layout or (self.special and self.name != other.name)):
            return False
        if self.whole and not other.whole:
            return False
        low = other.low > self.low or (other.low == self.low and (self.closed_low or not other.closed_low))
        high = other.high < self.high or (other.high == self.high and (self.closed_high or not other.closed_high))
        return low and high

    def outside(
        self,
        values: NDArray[Any],
        upper: NDArray[Any] | float | None = None,
        lower: NDArray[Any] | float | None = None,
    ) -> NDArray[np.bool_]:
        """Mask of the values that do not belong; NaN never belongs. ``values`` and the mask have one shape."""
        with np.errstate(invalid="ignore"):  # comparisons with NaN answer False, which is what is wanted
            inside = (values >= self.low) if self.closed_low else (values > self.low)
            inside &= (values <= self.high) if self.closed_high else (values < self.high)
            if upper is not None:
                inside &= values <= upper
            if lower is not None:
                inside &= values >= lower
            if self.whole:
                inside &= values == np.floor(values)
        return ~inside

    def check(
        self,
        values: NDArray[Any],
        *,
        family: str,
        what: str = "y",
        upper: NDArray[Any] | float | None = None,
        lower: NDArray[Any] | float | None = None,
        remedy: str | None = None,
    ) -> None:
        """Raise `SupportError` that names family, condition, index, value and remedy; return None if fine."""
        bad = self.outside(values, upper, lower)
        if not bad.any():
            return
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        index: Any = first[0] if len(first) == 1 else first
        value = float(values[first])
        reasons = sorted(self._reasons(values, bad, upper, lower), key=lambda reason: int(np.argmax(reason[0])))
        if values.size == 1:
            why = f", which {reasons[0][1]}"
        else:
            why = "".join(f"; {_how_many(mask, one, many)}" for mask, one, many in reasons)
        raise SupportError(
            f"{family} expects {self.words} but {what}[{', '.join(map(str, first))}] = {value:.12g}{why}",
            family=family,
            index=index,
            value=value,
            remedy=self.remedy if remedy is None else remedy,
        )

    def _reasons(
        self,
        values: NDArray[Any],
        bad: NDArray[np.bool_],
        upper: NDArray[Any] | float | None,
        lower: NDArray[Any] | float | None,
    ) -> list[tuple[NDArray[np.bool_], str, str]]:
        """The bad values sorted by what is wrong with them: masks that do not overlap, the words for one and many."""
        low, high = f"{self.low:.12g}", f"{self.high:.12g}"
        with np.errstate(invalid="ignore"):
            tests = [
                (np.isnan(values), "missing"),
                (np.isinf(values), "infinite"),
                (values < self.low, f"below {low}"),
                ((values == self.low) & (not self.closed_low), f"not above {low}"),
                (values > self.high, f"above {high}"),
                ((values == self.high) & (not self.closed_high), f"not below {high}"),
            ]
            for bound, compare, word in ((upper, np.greater, "above"), (lower, np.less, "below")):
                if bound is not None:
                    end = np.broadcast_to(np.asarray(bound, dtype=float), values.shape)
                    beyond = compare(values, end)
                    tests.append((beyond, f"{word} {end[beyond][0]:.12g}" if beyond.any() else ""))
        found, left = [], bad
        for mask, words in tests:
            if (mask & left).any():
                found.append((mask & left, f"is {words}", f"are {words}"))
            left = left & ~mask
        if left.any():
            found.append((left, "is not a whole number", "are not whole numbers"))
        return found


def _how_many(mask: NDArray[np.bool_], one: str, many: str) -> str:
    """``3 of 1000 values are not whole numbers, first at 17, 60, 411``; every place where there are three or fewer."""
    places = ", ".join(str(int(p[0])) for p in np.argwhere(mask)[:3])
    count = int(mask.sum())
    return f"{count} of {mask.size} values {one if count == 1 else many}, {'first ' if count > 1 else ''}at {places}"


#: how an interval is read: 0 exact, 1 known to be at most high, 2 at least low, 3 between the two, 4 nothing known
KINDS = Support("kinds", "kinds of observation", low=0.0, high=4.0, closed_low=True, closed_high=True, whole=True)

nothing = Support("nothing", "no outcome")
real = Support("real", "real numbers", remedy="Drop or impute missing values first; infinite values cannot be scored")
positive = Support(
    "positive",
    "positive amounts",
    low=0.0,
    typical=(0.2, 5.0),
    remedy="For exact zeros try Tweedie, Hurdle or Exponential; for negative values a family on the real line",
)
nonnegative = Support(
    "nonnegative",
    "amounts of zero or more",
    low=0.0,
    closed_low=True,
    typical=(0.2, 5.0),
    remedy="For negative values try a family on the real line",
)
unit = Support(
    "unit",
    "proportions strictly between 0 and 1",
    low=0.0,
    high=1.0,
    typical=(0.05, 0.95),
    remedy="For exact 0 or 1 try ZeroOneInflated; for percentages divide by 100",
)
counts = Support(
    "counts",
    "counts (0, 1, 2, ...)",
    low=0.0,
    closed_low=True,
    whole=True,
    typical=(0, 8),
    remedy="For amounts try Gamma or Tweedie; for rates pass offset=log(exposure)",
)
counts_from_one = replace(
    counts,
    name="counts from one",
    words="counts from one (1, 2, 3, ...)",
    low=1.0,
    typical=(1, 9),
    remedy="For counts that may be zero try Geometric or NegativeBinomial, or pass y + 1",
)
binary = Support(
    "binary",
    "labels 0 or 1",
    low=0.0,
    high=1.0,
    closed_low=True,
    closed_high=True,
    whole=True,
    classes=2,
    typical=(0, 1),
    remedy="Recode the two classes as 0 and 1; for more classes use Categorical; for proportions Beta",
)
circle = Support(
    "circle",
    "angles in radians",
    circular=True,
    typical=(-3.0, 3.0),
    remedy="Give angles as finite radians (degrees times pi/180)",
)
simplex = Support(
    "simplex", "probabilities that sum to one", low=0.0, high=1.0, vector=True, sums_to_one=True, typical=(0.05, 0.95)
)
real_vector = Support("vector", "real vectors", vector=True)
one_hot_vector = Support(
    "one-hot",
    "one-hot rows (or target probabilities)",
    low=0.0,
    high=1.0,
    closed_low=True,
    closed_high=True,
    vector=True,
    sums_to_one=True,
    remedy="Give one row of K target probabilities per example",
)
up_to_one = Support("up to one", "numbers above 0, up to 1", low=0.0, high=1.0, closed_high=True, typical=(0.1, 0.9))
between_one_and_two = Support(
    "between one and two", "numbers strictly between 1 and 2", low=1.0, high=2.0, typical=(1.1, 1.9)
)
above_one = Support("above one", "numbers above 1", low=1.0, typical=(1.2, 5.0))
correlation = Support("correlation", "numbers between -1 and 1", low=-1.0, high=1.0, typical=(-0.9, 0.9))
classes = Support(
    "classes",
    "class indices 0, 1, ..., K - 1",
    low=0.0,
    closed_low=True,
    whole=True,
    upper="classes",
    typical=(0, 2),
    remedy="Number the classes from 0; K is read from the columns of outputs",
)

grades = Support(
    "grades",
    "grades 0, 1, ..., K - 1 in their order",
    low=0.0,
    closed_low=True,
    whole=True,
    upper="cutpoints",
    typical=(0, 2),
    remedy="Number the grades from 0 in their order; K - 1 cutpoints part K grades",
)


def choice(*names: str) -> Support:
    """One of several named ways: a setting that is given by its name."""
    return Support("choice", f"choices {', '.join(names)}", low=0.0, high=len(names) - 1.0, closed_low=True,
                   closed_high=True, whole=True, names=names)  # fmt: skip


def counts_up_to(name: str) -> Support:
    """Counts that cannot exceed the held parameter ``name`` (the trials of a binomial)."""
    return replace(
        counts,
        name=f"counts up to {name}",
        words=f"counts 0, 1, ..., {name}",
        upper=name,
        remedy=f"Check that y counts successes and {name} is the number tried",
    )


def at_least(name: str) -> Support:
    """Amounts that are not below the held parameter ``name`` (the threshold of a power law)."""
    return replace(
        positive,
        name=f"amounts from {name}",
        words=f"amounts of at least {name}",
        closed_low=True,
        lower=name,
        remedy=f"Leave out what is below {name}, or count from there with Lomax on y - {name}",
    )


def narrowed(support: Support, low: float) -> Support:
    """The support from ``low`` on.

    >>> narrowed(at_least("minimum"), 2.0).typical
    (2.2, 7.0)
    """
    first, last = support.typical
    return replace(support, low=low, closed_low=True, typical=(low + first, low + last))


# -- vectors and sequences -----------------------------------------------------------------------------------------

vectors = Support(
    "vectors", "rows of real numbers", vector=True, fewest=1, remedy="Drop or impute rows with missing entries first"
)
triangle = Support(
    "triangle",
    "lower triangular matrices with a positive diagonal",
    vector=True,
    layout="triangle",
    fewest=1,
    special=True,
    remedy="Give a number s for s I, or the lower triangular np.linalg.cholesky(covariance)",
)
sphere = Support(
    "sphere",
    "unit vectors",
    vector=True,
    special=True,
    typical=(-1.0, 1.0),
    remedy="Divide each row by its length; for directions in the plane given as angles use VonMises",
)
cutpoints = Support(
    "cutpoints",
    "cutpoints in increasing order",
    vector=True,
    fewest=1,
    special=True,
    increasing=True,
    remedy="Give K - 1 numbers, each above the one before",
)
proportions = replace(
    simplex,
    name="proportions",
    words="rows of positive proportions that sum to one",
    remedy="For exact zeros use Multinomial or DirichletMultinomial on the counts; divide rows by their sums",
)
count_vectors = Support(
    "count vectors",
    "rows of counts (0, 1, 2, ...)",
    low=0.0,
    closed_low=True,
    whole=True,
    vector=True,
    total="trials",
    typical=(0, 3),
    remedy="Give one column per class with how often it came up",
)
rankings = Support(
    "rankings",
    "rankings: items 0, ..., K - 1 from the best on, each at most once, then -1 where the rest is unranked",
    low=-1.0,
    closed_low=True,
    whole=True,
    vector=True,
    layout="labels",
    typical=(0, 2),
    remedy="Number the items from 0 and list them from the best on; pad partial rankings with -1",
)
label_paths = Support(
    "label paths",
    "label sequences: one class 0, ..., K - 1 for each step",
    low=0.0,
    closed_low=True,
    whole=True,
    vector=True,
    layout="labels",
    typical=(0, 2),
    remedy="Give one label per step; cut sequences of different lengths into groups of one length",
)
labellings = Support(
    "labellings",
    "labellings: classes other than the blank, then -1 where a row ends early",
    low=-1.0,
    closed_low=True,
    whole=True,
    vector=True,
    layout="labels",
    typical=(1, 2),
    remedy="Number the classes so that the blank is not among the labels; pad short rows with -1",
)
square_matrix = Support("square matrix", "K by K matrices", vector=True, layout="square")
step_scores = Support("step scores", "K scores for each of T steps", vector=True, layout="steps")
class_count = Support("number of classes", "a number of classes", low=1.0, whole=True, typical=(2, 4))
class_index = Support("class index", "the index of a class", low=0.0, closed_low=True, whole=True, typical=(0, 2))

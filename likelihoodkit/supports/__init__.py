"""Where outcomes and parameters live: one record per support.

A support knows its interval, whether it is whole numbers, which SymPy assumptions its symbol may carry, how
to say so in an error, and which family to try instead. Being whole-numbered is a fact of the support and never
a SymPy assumption: ``loggamma(n + 1)`` of an integer symbol turns itself back into ``log(gamma(n + 1))``.
"""

from __future__ import annotations

from dataclasses import replace

from likelihoodkit.errors import InputError
from likelihoodkit.supports.belonging import Support as Support

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
amounts_or_nothing = replace(
    nonnegative, name="amounts or nothing", words="amounts of zero or more, zero among them", atoms=(0.0,)
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
integers = Support(
    "integers",
    "whole numbers (..., -1, 0, 1, ...)",
    whole=True,
    typical=(-4, 4),
    remedy="For amounts try Normal or StudentT; for counts from zero Poisson",
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
positives = replace(positive, name="positive vector", words="positive amounts, one for each entry", vector=True)
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


def counts_up_to(name: str | int) -> Support:
    """Counts that cannot exceed a whole number, or the held parameter ``name`` (the trials of a binomial).

    >>> counts_up_to(10).words
    'counts 0, 1, ..., 10'
    """
    if not isinstance(name, str):
        if isinstance(name, bool) or name != int(name) or name < 1:
            raise InputError(
                f"counts_up_to takes a whole number of at least 1 or the name of a held parameter, not {name!r}",
                value=name,
                remedy='Write counts_up_to(10), or counts_up_to("trials") beside trials = held(counts)',
            )
        top = int(name)
        words = f"counts 0, 1, ..., {top}"
        return replace(
            counts,
            name=f"counts up to {top}",
            words=words,
            high=float(top),
            closed_high=True,
            typical=(0.0, float(top)),
        )
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
    """The support from ``low`` on, where it does not begin above.

    >>> narrowed(at_least("minimum"), 2.0).typical
    (2.2, 7.0)
    """
    if support.low > low:
        return support
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

"""What a wrapper does to the noise inside it, in one formula: before it is worked out for that noise.

``p₀`` is the density (or probability) of the noise inside, ``P₀`` the probability it gives to an event.
"""

from __future__ import annotations

from likelihoodkit.explain.document import Math

_SEEN = r"\mathrm{low} \leq Y \leq \mathrm{high}"

#: wrapper -> what its log-density is, where, in terms of the noise inside
RULES: dict[str, tuple[tuple[Math, str], ...]] = {
    "Censored": (
        (Math("log p = log p₀(y)", r"\log p = \log p_0(y)"), "where y was seen"),
        (
            Math("log p = log P₀(low <= Y <= high)", rf"\log p = \log P_0({_SEEN})"),
            "where y is known to lie in an interval",
        ),
    ),
    "Truncated": (
        (
            Math("log p(y) = log p₀(y) - log P₀(low <= Y <= high)", rf"\log p(y) = \log p_0(y) - \log P_0({_SEEN})"),
            "what is never seen leaves its share to the rest",
        ),
    ),
    "ZeroInflated": (
        (
            Math(
                "p(0) = zero_probability + (1 - zero_probability)·p₀(0)",
                r"p(0) = \pi_0 + \left(1 - \pi_0\right) p_0(0)",
            ),
            "a zero of either kind",
        ),
        (
            Math("p(y) = (1 - zero_probability)·p₀(y)", r"p(y) = \left(1 - \pi_0\right) p_0(y)"),
            "otherwise",
        ),
    ),
    "Hurdle": (
        (Math("p(0) = zero_probability", r"p(0) = \pi_0"), "all zeros are of one kind"),
        (
            Math(
                "p(y) = (1 - zero_probability)·p₀(y)/(1 - p₀(0))",
                r"p(y) = \left(1 - \pi_0\right) \frac{p_0(y)}{1 - p_0(0)}",
            ),
            "otherwise; p₀(0) = 0 for amounts",
        ),
    ),
    "ZeroOneInflated": (
        (Math("p(0) = shares[0], p(1) = shares[1]", r"p(0) = s_0,\; p(1) = s_1"), "at the ends"),
        (Math("p(y) = shares[2]·p₀(y)", r"p(y) = s_2\, p_0(y)"), "between them"),
    ),
    "Mixture": (
        (
            Math("p(y) = sum_k weights[k]·p_k(y)", r"p(y) = \sum_k w_k\, p_k(y)"),
            "p_k: the noise with the parameters of component k",
        ),
    ),
    "Joint": ((Math("log p = sum of log p₀ over the parts", r"\log p = \sum \log p_0"), "each part with its outcome"),),
    "Independent": (
        (Math("log p(y) = sum_k log p₀(y[k])", r"\log p(y) = \sum_k \log p_0(y_k)"), "each entry with its outputs"),
    ),
    "Transformed": (
        (
            Math(
                "log p(y) = log p₀(scale(y)) + log |d scale(y)/dy|",
                r"\log p(y) = \log p_0(s(y)) + \log \left|s'(y)\right|",
            ),
            "a change of variables",
        ),
    ),
    "Discretised": ((Math("p(y) = P₀(y <= Y < y + 1)", r"p(y) = P_0(y \leq Y < y + 1)"), "what is rounded down to y"),),
    "Mislabelled": (
        (
            Math(
                "p(seen) = sum over truth of rates[truth][seen]·p₀(truth)",
                r"p(\mathrm{seen}) = \sum_{\mathrm{truth}} r[\mathrm{truth}][\mathrm{seen}]\, p_0(\mathrm{truth})",
            ),
            "rates[truth][truth] is what the other rates leave",
        ),
    ),
}

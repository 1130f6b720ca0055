"""Counts of classes whose probabilities vary, and the number of ways to order counts."""

from __future__ import annotations

from sympy import gamma, log

from likelihoodkit.primitives.record import Kind, primitive
from likelihoodkit.primitives.sequences import log_rising_exp
from likelihoodkit.primitives.vector import log_sum_exp, sum_over

log_multinomial: Kind = primitive(
    "log_multinomial",
    lambda y: log(gamma(sum_over(y) + 1)) - sum_over(log(gamma(y + 1))),
    (None,),
    r"\log\frac{{\left(\sum_k{0}\right)!}}{{\prod_k{0}!}}",
    reduces=True,
    nonnegative=True,
)
polya_loss: Kind = primitive(
    "polya_loss",
    lambda f, c, y: (
        log_rising_exp(c, sum_over(y)) - sum_over(log_rising_exp(c + f - log_sum_exp(f), y)) - log_multinomial(y)
    ),
    (None, lambda f, c, y: polya_slope(f, c, y), None),
    r"-\log\left(\frac{{\left(\sum_k{2}\right)!\,\Gamma(e^{{{1}}})}}{{\Gamma(e^{{{1}}}+\sum_k{2})}}"
    r"\prod_k\frac{{\Gamma(\alpha_k+{2}_k)}}{{{2}_k!\,\Gamma(\alpha_k)}}\right)"
    r"_{{\alpha=e^{{{1}}}\operatorname{{softmax}}({0})}}",
    reduces=True,
    nonnegative=True,
    pullback=(lambda a, f, c, y: a * polya_pull(f, c, y), None, None),
)
polya_pull: Kind = primitive(
    "polya_pull",
    None,
    (None, lambda f, c, y: polya_cross(f, c, y), None),
    vector=True,
    pullback=(
        lambda b, f, c, y: polya_curve(b, f, c, y),
        lambda b, f, c, y: sum_over(b * polya_cross(f, c, y)),
        None,
    ),
)
polya_slope: Kind = primitive(
    "polya_slope",
    None,
    (None, lambda f, c, y: polya_bend(f, c, y), None),
    reduces=True,
    pullback=(lambda a, f, c, y: a * polya_cross(f, c, y), None, None),
)
polya_cross: Kind = primitive("polya_cross", None, (None, None, None), vector=True)
polya_bend: Kind = primitive("polya_bend", None, (None, None, None), reduces=True)
polya_curve: Kind = primitive("polya_curve", None, (None, None, None, None), vector=True)

"""Counts shared out, rankings and sequences: each dynamic program is one primitive, its derivative the marginals."""

from __future__ import annotations

from sympy import Integer, exp, gamma, log, polygamma

from likelihoodkit.primitives.record import Kind, primitive

# -- shares of a total ---------------------------------------------------------------------------------------------

log_gamma_exp: Kind = primitive(
    "log_gamma_exp", lambda t: log(gamma(exp(t))), lambda t: digamma_exp(t), r"\log\Gamma\left(e^{{{0}}}\right)"
)
digamma_exp: Kind = primitive(
    "digamma_exp",
    lambda t: exp(t) * polygamma(0, exp(t)),
    lambda t: digamma_exp_slope(t),
    r"e^{{{0}}}\psi\left(e^{{{0}}}\right)",
)
digamma_exp_slope: Kind = primitive(
    "digamma_exp_slope", lambda t: exp(t) * polygamma(0, exp(t)) + exp(2 * t) * polygamma(1, exp(t)), (None,)
)
log_rising_exp: Kind = primitive(
    "log_rising_exp",
    lambda t, y: log(gamma(exp(t) + y)) - log(gamma(exp(t))),
    (lambda t, y: rising_exp_slope(t, y), None),
    r"\log\frac{{\Gamma\left(e^{{{0}}}+{1}\right)}}{{\Gamma\left(e^{{{0}}}\right)}}",
    nonnegative=False,
)
rising_exp_slope: Kind = primitive(
    "rising_exp_slope",
    lambda t, y: exp(t) * (polygamma(0, exp(t) + y) - polygamma(0, exp(t))),
    (lambda t, y: rising_exp_curve(t, y), None),
    nonnegative=True,
)
rising_exp_curve: Kind = primitive(
    "rising_exp_curve",
    lambda t, y: (
        exp(t) * (polygamma(0, exp(t) + y) - polygamma(0, exp(t)))
        + exp(2 * t) * (polygamma(1, exp(t) + y) - polygamma(1, exp(t)))
    ),
    (None, None),
)
smallest_of: Kind = primitive("smallest_of", None, (None,), r"\min_k {0}", reduces=True)
multinomial_mode: Kind = primitive("multinomial_mode", None, (None, None), vector=True)
dirichlet_multinomial_mode: Kind = primitive("dirichlet_multinomial_mode", None, (None, None), vector=True)

# -- rankings ------------------------------------------------------------------------------------------------------

plackett_luce: Kind = primitive(
    "plackett_luce",
    None,
    (None, None),
    r"\sum_j\left(\log\sum_{{k\geq j}} e^{{{0}_{{{1}_k}}}}-{0}_{{{1}_j}}\right)",
    reduces=True,
    nonnegative=True,
    pullback=lambda a, scores, order: a * plackett_luce_residual(scores, order),
)
plackett_luce_residual: Kind = primitive(
    "plackett_luce_residual",
    None,
    (None, None),
    r"\nabla\log PL\left({0}\right)",
    vector=True,
    pullback=lambda v, scores, order: plackett_luce_curve(v, scores, order),
)
plackett_luce_curve: Kind = primitive("plackett_luce_curve", None, (None, None, None), vector=True)
ranking_of: Kind = primitive("ranking_of", None, (None,), vector=True)

# -- the linear chain ----------------------------------------------------------------------------------------------

_ZERO = Integer(0)
chain_loss: Kind = primitive(
    "chain_loss",
    None,
    (None, None, None),
    r"\left(\log Z\left({0},{1}\right)-\operatorname{{score}}\left({2}\right)\right)",
    reduces=True,
    positive=True,
    pullback=(lambda a, e, m, y: a * chain_unary(e, m, y), lambda a, e, m, y: a * chain_pairs(e, m, y), None),
)
chain_unary: Kind = primitive(
    "chain_unary",
    None,
    (None, None, None),
    r"\left(P\left(y_t\mid {0},{1}\right)-\mathbf{{1}}\right)",
    vector=True,
    pullback=(
        lambda v, e, m, y: chain_unary_curve(v, _ZERO, e, m),
        lambda v, e, m, y: chain_pairs_curve(v, _ZERO, e, m),
        None,
    ),
)
chain_pairs: Kind = primitive(
    "chain_pairs",
    None,
    (None, None, None),
    r"\sum_t\left(P\left(y_t,y_{{t+1}}\mid {0},{1}\right)-\mathbf{{1}}\right)",
    vector=True,
    pullback=(
        lambda v, e, m, y: chain_unary_curve(_ZERO, v, e, m),
        lambda v, e, m, y: chain_pairs_curve(_ZERO, v, e, m),
        None,
    ),
)
chain_unary_curve: Kind = primitive("chain_unary_curve", None, (None, None, None, None), vector=True)
chain_pairs_curve: Kind = primitive("chain_pairs_curve", None, (None, None, None, None), vector=True)
chain_partition: Kind = primitive("chain_partition", None, (None, None), r"\log Z\left({0},{1}\right)", reduces=True)
chain_marginals: Kind = primitive("chain_marginals", None, (None, None), vector=True)
viterbi: Kind = primitive("viterbi", None, (None, None), vector=True)

# -- labellings without times --------------------------------------------------------------------------------------

alignment_loss: Kind = primitive(
    "alignment_loss",
    None,
    (None, None, None, None),
    r"-\log\sum_{{\pi\to {1}}}\prod_t \operatorname{{softmax}}\left({0}\right)_{{\pi_t}}",
    reduces=True,
    nonnegative=True,
    pullback=lambda a, z, y, blank, classes: a * alignment_residual(z, y, blank, classes),
)
alignment_residual: Kind = primitive(
    "alignment_residual",
    None,
    (None, None, None, None),
    r"\left(\operatorname{{softmax}}\left({0}\right)-P\left(\pi_t\mid {1}\right)\right)",
    vector=True,
    pullback=lambda v, z, y, blank, classes: alignment_curve(v, z, y, blank, classes),
)
alignment_curve: Kind = primitive("alignment_curve", None, (None, None, None, None, None), vector=True)
best_path: Kind = primitive("best_path", None, (None, None, None), vector=True)
best_labelling: Kind = primitive("best_labelling", None, (None, None, None), vector=True)

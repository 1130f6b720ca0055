"""Identities for vectors: what is behind a factor or behind cutpoints, differences of distances, cosines."""

from __future__ import annotations

from sympy import Add, Expr, Mul, exp, log

from likelihoodkit.primitives import cholesky as v
from likelihoodkit.primitives.bregman import resultant_bend
from likelihoodkit.primitives.compositions import half_divergence, reverse_divergence
from likelihoodkit.primitives.directions import direction_loss, log_bessel, resultant_slope, unit_of
from likelihoodkit.primitives.distances import (
    cosine_complement,
    distance_gap,
    heading,
    heading_pull,
    heading_pull_gap,
    inverse_length,
    norm,
)
from likelihoodkit.primitives.elliptic import half_scatter, student_normaliser, student_scatter
from likelihoodkit.primitives.gamma import poisson_deviance_half, trigamma
from likelihoodkit.primitives.labelled import channel_cross_entropy
from likelihoodkit.primitives.linked import times_sigmoid
from likelihoodkit.primitives.logistic import log1p, scaled_rate_slope, softplus, times_exp
from likelihoodkit.primitives.polya import log_multinomial, polya_loss
from likelihoodkit.primitives.record import is_vector
from likelihoodkit.primitives.sequences import log_rising_exp
from likelihoodkit.primitives.shapes import log_rising_excess
from likelihoodkit.primitives.steps import cut, gap_exponent, increasing, log_gap, logistic_step_curve
from likelihoodkit.primitives.vector import (
    chance_pull,
    entries,
    log_sum_exp,
    pick,
    softmax,
    softmax_cross_entropy,
    softmax_pull,
    softmax_residual,
    sum_over,
)
from likelihoodkit.primitives.whole import trigamma_excess
from likelihoodkit.stabilise.table import identity


@identity(
    "a factor is divided by in the exponent of its diagonal, and its log-determinant is their sum; so is a gap; what "
    "two distances have in common is in neither: |u| - |v| = (u - v)(u + v)/(|u| + |v|); nor what two directions have, "
    "nor the size of all scores in what two of their sums differ by; short steps of sigmoids bend by their squares"
)
def vectors_at_once(e: Expr) -> Expr | None:
    if isinstance(e, softplus):
        return _through_a_channel(e.args[0])
    if isinstance(e, sum_over):
        return _scatter(e) or _divergence(e.args[0]) or _of_directions(*e.args[0].as_base_exp())
    if e.is_Add:
        return (
            _direction(e)
            or _counted(e)
            or _difference_of_lengths(e)
            or _difference_of_pulls(e)
            or _curvature_of_step(e)
            or _chance(e)
        )
    return _information(e) or _factor_by_its_outputs(e)


def _scatter(e: Expr) -> Expr | None:
    """Squared lengths of whitened residuals as whole numbers, and Student's form of them."""
    if isinstance(e, sum_over):
        base, exponent = e.args[0].as_base_exp()
        inside = -base if base.could_extract_minus_sign() else base
        return 2 * half_scatter(*inside.args) if isinstance(inside, v.whiten_exp) and exponent == 2 else None
    for tail in (t for t in Mul.make_args(e) if isinstance(t, v.log1p_norm) and isinstance(t.args[0], v.whiten_exp)):
        (r, f), df = tail.args[0].args, tail.args[1]
        rest = 2 * e / tail - df
        if isinstance(rest, v.size_of):
            return student_scatter(r, f, df.args[0] if isinstance(df, exp) else log(df))
    return None


def _factor_by_its_outputs(e: Expr) -> Expr | None:
    if isinstance(e, log_rising_excess) and isinstance(2 * e.args[1], v.size_of):
        df = 2 * e.args[0]
        return -student_normaliser(df.args[0] if isinstance(df, exp) else log(df), 2 * e.args[1])
    if e.is_Mul:
        return _scatter(e)
    if isinstance(e, pick | log_gap) and isinstance(e.args[0], increasing):
        return (cut if isinstance(e, pick) else gap_exponent)(e.args[0].args[0], e.args[1])
    if isinstance(e, entries) and isinstance(e.args[0], increasing):
        return entries(e.args[0].args[0])
    if isinstance(e, v.whiten | v.unwhiten):
        vector, factor = e.args
        if isinstance(factor, v.cholesky_factor):
            return (v.whiten_exp if isinstance(e, v.whiten) else v.unwhiten_exp)(vector, factor.args[0])
        return vector / factor.args[0] if isinstance(factor, v.isotropic_factor | v.diagonal_factor) else None
    if not isinstance(e, v.log_determinant):
        return None
    factor, like = e.args
    if isinstance(factor, v.cholesky_factor):
        return v.log_determinant_exp(factor.args[0])
    if isinstance(factor, v.isotropic_factor):
        return v.size_of(like) * log(factor.args[0])
    return sum_over(log(factor.args[0])) if isinstance(factor, v.diagonal_factor) else None


def _difference_of_lengths(e: Expr) -> Expr | None:
    """Two lengths of opposite sign, of vectors that share a point, as one difference."""
    lengths = [(t, *t.as_coeff_Mul()) for t in e.args]
    lengths = [(t, c, n.args[0]) for t, c, n in lengths if isinstance(n, norm)]
    for t1, c1, longer in lengths:
        for t2, c2, shorter in lengths:
            for turned in (shorter, -shorter) if c1 == -c2 and c1.is_positive else ():
                shared = [t for t in Add.make_args(longer) if t in Add.make_args(turned)]
                if shared:
                    one = Add(*shared)
                    return e - t1 - t2 + c1 * distance_gap(one, one - longer, one - turned)
    return None


def _difference_of_pulls(e: Expr) -> Expr | None:
    """How two directions from one point turn, less each other."""
    pulls = [(t, *t.as_coeff_Mul()) for t in e.args]
    pulls = [(t, c, n.args) for t, c, n in pulls if isinstance(n, heading_pull)]
    for t1, c1, (to, move) in pulls:
        for t2, c2, (other, same) in pulls:
            shared = [t for t in Add.make_args(to) if t in Add.make_args(other)]
            if c1 == -c2 and c1.is_positive and move == same and shared:
                one = Add(*shared)
                return e - t1 - t2 + c1 * heading_pull_gap(one, one - to, one - other, move)
    return None


def _of_directions(base: Expr, exponent: Expr) -> Expr | None:
    """The sum of (c u/|u| - c v/|v|)^2 as a cosine, in whose slope neither direction meets itself."""
    ways = [t.as_coeff_Mul() for t in Add.make_args(base)]
    if exponent != 2 or len(ways) != 2 or not all(isinstance(way, heading) for _, way in ways):
        return None
    (c1, one), (c2, two) = ways
    return 2 * c1**2 * cosine_complement(one.args[0], two.args[0]) if c1 == -c2 else None


def _direction(e: Expr) -> Expr | None:
    """e^c |y - f/|f||^2/2 and the logarithm of the normaliser of one concentration as one number."""
    for bessel in (t for t in e.args if isinstance(t, log_bessel) and isinstance(t.args[0], exp)):
        c, y = bessel.args[0].args[0], bessel.args[1]
        for term in e.args:
            apart = [term.subs(times_exp(s, c), s * exp(c)) for s in term.atoms(sum_over)]
            for f in {u.args[0] for u in term.atoms(unit_of)} if apart else ():
                if apart[0] == exp(c) * sum_over((y - unit_of(f)) ** 2) / 2:
                    return e - term - bessel + direction_loss(y, f, c)
    return None


def _counted(e: Expr) -> Expr | None:
    """The probability of counts under Polya's urn as one number."""
    for ways in (-t for t in e.args if isinstance(-t, log_multinomial)):
        y = ways.args[0]
        for rising in (t for t in e.args if isinstance(t, log_rising_exp) and t.args[1] == sum_over(y)):
            c = rising.args[0]
            for f in {z.args[0] for z in e.atoms(log_sum_exp)}:
                each = sum_over(log_rising_exp(c + f - log_sum_exp(f), y))
                if e.coeff(each) == -1 and not c.has(f):
                    return e + ways - rising + each + polya_loss(f, c, y)
    return None


def _divergence(body: Expr) -> Expr | None:
    """Divergences between a softmax and a row of probabilities, which may be beyond each other by any factor."""
    for f in {z.args[0] for z in body.atoms(softmax)}:
        terms = [t.args for t in Add.make_args(body) if isinstance(t, poisson_deviance_half)]
        targets = {y for pair in terms for y in pair if not y.has(softmax)}
        for y in targets if len(targets) == 1 and not any(y.has(f) for y in targets) else ():
            p, middle = softmax(f), softmax(f) / 2 + y / 2
            if body == poisson_deviance_half(p, y):
                return reverse_divergence(f, y)
            if body == poisson_deviance_half(y, middle) + poisson_deviance_half(p, middle):
                return 2 * half_divergence(f, y)
    return None


def _through_a_channel(odds: Expr) -> Expr | None:
    """log(1 + sum (1 - c_k) e^(z_k) / sum c_k e^(z_k))."""
    sums = {term.as_coeff_Mul()[0]: term.as_coeff_Mul()[1] for term in Add.make_args(odds)}
    if len(sums) != 2 or set(sums) != {1, -1} or not all(isinstance(part, log_sum_exp) for part in sums.values()):
        return None
    for chance in (part.args[0] for part in Add.make_args(sums[-1].args[0]) if isinstance(part, log)):
        z = sums[-1].args[0] - log(chance)
        if sums[1].args[0] - z in (log1p(-chance), log(1 - chance)):
            return channel_cross_entropy(z, chance)
    return None


def _curvature_of_step(e: Expr) -> Expr | None:
    """What bends the probability of a step between two sigmoids: of a short step only the square is left."""
    for term in e.args if e.is_Add else ():
        for slope in (f for f in Mul.make_args(term) if isinstance(f, scaled_rate_slope)):
            t, weight = slope.args[0], -term / slope
            for other in (a for a in e.args if isinstance(a, times_exp) and a.args[1] == t and slope.args[1] == 0):
                for share in (a for a in Add.make_args(other.args[0]) if isinstance(-a, times_sigmoid)):
                    if (-share).args[0] == weight:
                        rest = times_exp(other.args[0] - share, t)
                        return e - term - other + weight * logistic_step_curve(t, (-share).args[1]) + rest
    return None


def _chance(e: Expr) -> Expr | None:
    """The curvature of a class's probability along a direction, from those of its logarithm and its slope."""
    for term in e.args:
        number, body = term.as_coeff_Mul()
        if not isinstance(body, times_exp) or not isinstance(-body.args[1], softmax_cross_entropy):
            continue
        surprise = -body.args[1]
        residual = softmax_residual(*surprise.args)
        for pull in (a for a in e.args if isinstance(a, softmax_pull) and a.args[0] == surprise.args[0]):
            for move in pull.args[1].args if pull.args[1].is_Mul else ():
                weight = pull.args[1] / move
                if body.args[0] == residual * sum_over(move * residual) and -number * exp(-surprise) in weight.args:
                    z, y = surprise.args
                    left = softmax_pull(z, move * (weight + number * exp(-surprise)))
                    return e - term - pull + left - number * times_exp(chance_pull(z, move, y), -surprise)
    return None


def _information(e: Expr) -> Expr | None:
    """Of shares p = softmax(f): what is divided by a share and multiplied by it again; e^2t trigamma(e^t) less e^t."""
    if isinstance(e, times_exp):
        return _of_concentration(*e.args)
    if isinstance(e, heading_pull):
        return _pulled_twice(*e.args)
    if not isinstance(e, softmax_pull):
        return None
    f, inner = e.args
    for pull in (g for g in Mul.make_args(inner) if isinstance(g, softmax_pull) and g.args[0] == f):
        weight = inner * softmax(f) / pull
        if not is_vector(weight):
            return weight * pull
    if not isinstance(inner, times_exp) or not inner.args[1].is_Mul:
        return None
    c, p = inner.args[1] / 2, softmax(f)
    excess = trigamma_excess(c + f - log_sum_exp(f))
    body = inner.args[0] / trigamma(times_exp(p, c))
    if body == p:
        return excess - p * sum_over(excess)
    if isinstance(body, softmax_pull) and body.args[0] == f:
        moved = excess * (body.args[1] - sum_over(body.args[1] * p))
        return times_exp(body, c) + moved - p * sum_over(moved)
    return None


def _of_concentration(body: Expr, exponent: Expr) -> Expr | None:
    """e^2c (sum p^2 trigamma(p e^c) - trigamma(e^c))."""
    c = exponent / 2
    if isinstance(body, resultant_slope) and body.args[0] == exp(c):
        return resultant_bend(c, body.args[1])
    whole = -trigamma(exp(c))
    for f in {z.args[0] for z in body.atoms(softmax)} if body.is_Add and whole in body.args else ():
        p = softmax(f)
        if body - whole == sum_over(p**2 * trigamma(times_exp(p, c))):
            return sum_over(trigamma_excess(c + f - log_sum_exp(f))) - trigamma_excess(c)
    return None


def _pulled_twice(f: Expr, inner: Expr) -> Expr | None:
    """What lies across a direction already, times a number that may overflow."""
    body, c = inner.args if isinstance(inner, times_exp) else (inner, None)
    for pull in (g for g in Mul.make_args(body) if isinstance(g, heading_pull) and g.args[0] == f):
        if c is not None and not is_vector(body / pull):
            return times_exp(body * inverse_length(f), c)
    return None

"""What two shares leave of one, each by itself: 1 - a s(z) - b s(-z) = (1 - a) s(z) + (1 - b) s(-z)."""

from __future__ import annotations

from sympy import Expr, Mul, S

from likelihoodkit import primitives as p
from likelihoodkit.primitives import zeros


def rest_of_two_shares(e: Expr) -> Expr | None:
    """Labels told wrongly, a with s = sigmoid(z), b with sigmoid(-z); also typed a + (1 - a - b) s."""
    for term in e.args if e.is_Add and len(e.args) <= 3 else ():
        for share in (f for f in Mul.make_args(term) if isinstance(f, p.sigmoid)):
            weight, other, rest = term / share, p.sigmoid(-share.args[0]), e - term
            if rest.is_Add and S.One in rest.args and (1 - rest).could_extract_minus_sign() is False:
                taken = [(1 - rest) / other, -weight]
                if all(_is_share(part) for part in taken):
                    return other * (1 - taken[0]) + share * (1 - taken[1])
            for sign in (1, -1):
                if isinstance(apart := sign * weight, zeros.sigmoid_gap):
                    ends = (apart.args, apart.args[::-1])[sign == 1]  # rest and weight together are the other share
                    for first, second in (ends, (-ends[1], -ends[0])):
                        if rest == p.sigmoid(first):
                            return rest * other + p.sigmoid(second) * share
    return None


def _is_share(e: Expr) -> bool:
    """A number between 0 and 1, or a product of sigmoids."""
    number, factors = e.as_coeff_mul()
    return bool(0 < number <= 1) and all(isinstance(f, p.sigmoid) for f in factors)

"""Links: how an unconstrained output of the model becomes a parameter.

The direction is fixed once: ``link``: parameter to output; ``inverse``: output to parameter. A link is a row: its
name, its inverse and forward maps as expressions, and its range (a support), which must fit the parameter's domain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from inspect import signature
from types import FunctionType
from typing import TYPE_CHECKING, Any

from likelihoodkit import primitives as p, supports
from likelihoodkit.errors import UnknownNameError
from likelihoodkit.loading.later import Later, sp
from likelihoodkit.supports import Support

if TYPE_CHECKING:
    from likelihoodkit.primitives import cholesky as v, directions, linked, planes, rests, steps
else:
    v, directions = Later("likelihoodkit.primitives.cholesky"), Later("likelihoodkit.primitives.directions")
    linked, planes = Later("likelihoodkit.primitives.linked"), Later("likelihoodkit.primitives.planes")
    rests, steps = Later("likelihoodkit.primitives.rests"), Later("likelihoodkit.primitives.steps")

Map = Callable[..., Any]  # of expressions


@dataclass(frozen=True)
class Link:
    """A smooth map from the real line (or real vectors) onto ``range``.

    Calling a link is applying its inverse (output to parameter); ``forward`` goes back.

    >>> import sympy
    >>> softplus(sympy.Symbol("f", real=True))
    softplus(f)
    >>> softplus.forward(softplus.inverse(sympy.Integer(3))).n()
    3.00000000000000
    """

    name: str
    inverse: Map
    forward: Map
    range: Support
    one_to_one: bool = True
    size: str | None = None  # how many outputs it takes where that is not the size of the parameter
    logarithm: Map | None = None  # log of a positive parameter as a function of the output, where it has a form
    rest: Map | None = (
        None  # what rounding takes of that logarithm, where it may be more than the output's own rounding
    )
    coarse: bool = (
        False  # may that rest be many ulp of 1, so that only with it the logarithm says what the parameter is?
    )
    bent: bool = False  # do slope and bend of that logarithm cancel, so that curvatures are derived without it?
    logit: Map | None = None  # log of a share less that of its rest, where either may be 0 in float64
    residual: Callable[[sp.Expr, sp.Expr], sp.Expr] | None = None  # (y, output) -> y less the parameter, likewise
    columns: tuple[str, ...] = ()  # what its outputs are called, after the parameter, where one number takes several

    def __call__(self, output: sp.Expr) -> sp.Expr:
        """The parameter behind an output: the inverse link."""
        return self.inverse(output)

    def outputs(self, parameter: str) -> tuple[str, ...]:
        """Names of the outputs behind a parameter."""
        return tuple(f"{parameter}_{word}" for word in self.columns) or (parameter,)

    def part(self, place: int) -> Link:
        """What leads from a parameter to one of its outputs, and nowhere back."""
        return replace(self, forward=lambda t: self.forward(t)[place])

    def fits(self, domain: Support) -> bool:
        """Does every parameter that the link can produce lie in ``domain``? A link of numbers serves each entry."""
        if domain.vector and not domain.special and not self.range.vector:
            reach = replace(self.range, vector=True, layout=domain.layout)
            return domain.includes(reach) and not self.range.circular
        return domain.includes(self.range) and self.range.circular == domain.circular

    def __reduce__(self) -> tuple[Any, ...]:
        """A link of the table is stored by its name, a user's with what its lambdas make of a symbol."""
        known = (LINKS | OF_SHARES).get(self.name)
        if known is self:
            return find, (self.name,)
        if known is not None and replace(known, range=self.range) == self:  # for so many parameters side by side
            return _over, (self.name, self.range)
        if self.range.vector or self.columns:
            return super().__reduce__()  # type: ignore[return-value]
        rows = {part.name: getattr(self, part.name) for part in fields(self)}
        return _of_rows, ({name: _written(value) for name, value in rows.items()},)

    def __deepcopy__(self, memo: dict[int, Any]) -> Link:
        """Itself: nothing of it can be changed."""
        return self

    def __repr__(self) -> str:
        return f"links.{self.name}"


@dataclass(frozen=True)
class Written:
    """A map as the expression that it makes of symbols: what is stored of a lambda, which has no name to go by."""

    symbols: tuple[sp.Symbol, ...]
    expression: sp.Expr

    def __call__(self, *places: sp.Expr) -> sp.Expr:
        """The expression at these places."""
        found: sp.Expr = self.expression.xreplace(dict(zip(self.symbols, places, strict=True)))
        return found


def _written(value: Any) -> Any:
    """A function that cannot be found again by its name as a `Written`; anything else as it is."""
    if not isinstance(value, FunctionType) or "<" not in value.__qualname__:
        return value
    symbols = tuple(sp.Symbol(name, real=True) for name in signature(value).parameters)
    return Written(symbols, sp.S.Zero + value(*symbols))


def _of_rows(rows: dict[str, Any]) -> Link:
    return Link(**rows)


def _over(name: str, reach: Support) -> Link:
    return replace(find(name), range=reach)


identity = Link("identity", lambda f: f, lambda t: t, supports.real)
exp = Link("exp", lambda f: sp.exp(f), lambda t: sp.log(t), supports.positive, residual=lambda y, f: y - sp.exp(f))
softplus = Link(
    "softplus", lambda f: p.softplus(f), lambda t: t + sp.log(1 - sp.exp(-t)), supports.positive,
    logarithm=lambda f: p.log_softplus(f), bent=True,
    residual=lambda y, f: y - p.softplus(f),
)  # fmt: skip
sigmoid = Link(
    "sigmoid", lambda f: p.sigmoid(f), lambda t: sp.log(t) - sp.log(1 - t), supports.unit,
    logarithm=lambda f: -p.softplus(-f), rest=lambda f: -rests.softplus_rest(-f, p.softplus(-f)),
    residual=lambda y, f: linked.sigmoid_residual(y, f),
)  # fmt: skip
softmax = Link("softmax", lambda f: p.softmax(f), lambda t: sp.log(t), supports.simplex, one_to_one=False)
tanh = Link(
    "tanh", lambda f: sp.tanh(f), lambda t: (p.log1p(t) - p.log1p(-t)) / 2, supports.correlation,
    residual=lambda y, f: linked.tanh_residual(y, f),
)  # fmt: skip
# sigma^2 = f^2 of the least-squares literature, read as "the parameter is f^2"; f = 0 is singular
square = Link(
    "square", lambda f: f**2, lambda t: sp.sqrt(t), supports.positive, one_to_one=False,
    logarithm=lambda f: linked.log_square(f), rest=lambda f: linked.log_square_rest(f), coarse=True,
    residual=lambda y, f: y - f**2,
)  # fmt: skip
angle = Link("angle", lambda f: p.wrap_angle(f), lambda t: t, supports.circle, one_to_one=False)
# the angle of a point of the plane: no seam, but only the ratio of the two outputs counts; (0, 0) is singular
angle2 = Link(
    "angle2", lambda a, b: planes.plane_angle(a, b), lambda t: (sp.cos(t), sp.sin(t)), supports.circle,
    one_to_one=False, columns=("cosine", "sine"),
)  # fmt: skip
shifted_exp = Link(
    "shifted_exp", lambda f: 1 + sp.exp(f), lambda t: sp.log(t - 1), supports.above_one,
    logarithm=lambda f: p.softplus(f), rest=lambda f: rests.softplus_rest(f, p.softplus(f)),
    residual=lambda y, f: linked.shifted_exp_residual(y, f),
)  # fmt: skip
vector = Link("vector", lambda f: f, lambda t: t, supports.real_vector)
unit = Link(
    "unit", lambda f: directions.unit_of(f), lambda t: t, supports.sphere, one_to_one=False
)  # f = 0 is singular
# the first cutpoint, then the logarithms of the distances
ordered = Link("ordered", lambda f: steps.increasing(f), lambda t: t, supports.cutpoints)
# d (d + 1)/2 outputs: the logarithms of the diagonal, then the strict lower triangle by rows
cholesky = Link("cholesky", lambda f: v.cholesky_factor(f), lambda t: t, supports.triangle)
# simpler matrices: one output for s I, d outputs for a diagonal
isotropic = Link(
    "isotropic", lambda f: v.isotropic_factor(sp.exp(f)), lambda t: sp.log(t), supports.triangle, size="one"
)
diagonal = Link(
    "diagonal", lambda f: v.diagonal_factor(sp.exp(f)), lambda t: sp.log(t), supports.triangle, size="entries"
)

LINKS: dict[str, Link] = {
    link.name: link for link in (identity, exp, softplus, sigmoid, softmax, tanh, square, angle, shifted_exp, vector)
}
LINKS |= {link.name: link for link in (cholesky, isotropic, diagonal, unit, ordered, angle2)}

# the other links of shares that generalized linear models know, by their names there (McCullagh and Nelder 1989,
# section 4.3.1): distribution functions of the normal, the smallest and largest extreme, and Cauchy's law
probit = Link(
    "probit", lambda f: p.ndtr(f), lambda t: p.ndtri(t), supports.unit, logit=lambda f: p.log_ndtr(f) - p.log_ndtr(-f)
)
cloglog = Link(
    "cloglog", lambda f: 1 - sp.exp(-sp.exp(f)), lambda t: sp.log(-p.log1p(-t)), supports.unit,
    logit=lambda f: p.log1m_exp_neg_exp(f) + sp.exp(f),
)  # fmt: skip
loglog = Link(
    "loglog", lambda f: sp.exp(-sp.exp(-f)), lambda t: -sp.log(-sp.log(t)), supports.unit,
    logit=lambda f: -p.log1m_exp_neg_exp(-f) - sp.exp(-f),
)  # fmt: skip
cauchit = Link(
    "cauchit", lambda f: sp.Rational(1, 2) + sp.atan(f) / sp.pi, lambda t: -1 / sp.tan(sp.pi * t), supports.unit
)
#: they are for shares alone, though what lies between 0 and 1 is positive too
OF_SHARES: dict[str, Link] = {link.name: link for link in (probit, cloglog, loglog, cauchit)}

#: what generalized linear models call a link, after the way from the parameter to the output
OTHER_WAY = {"log": "exp", "logit": "sigmoid", "atanh": "tanh", "sqrt": "square"}


def named(domain: Support | None = None) -> list[str]:
    """The names of the links that are for this domain, or of all."""
    shares = OF_SHARES if domain is None or domain.name == supports.unit.name else {}
    return [name for name, row in LINKS.items() if domain is None or row.fits(domain)] + list(shares)


def find(link: Link | str, domain: Support | None = None) -> Link:
    """The link itself or the one of that name; `UnknownNameError` lists those whose range fits ``domain``."""
    if isinstance(link, Link):
        return link
    if link in LINKS:
        return LINKS[link]
    if link in OF_SHARES:
        return OF_SHARES[link]
    known = named(domain)
    remedy = f"Links that fit here: {', '.join(known)}"
    if link in OTHER_WAY:
        remedy = f"Links are named by how an output becomes the parameter: {OTHER_WAY[link]!r}. {remedy}"
    raise UnknownNameError(f"no link is called {link!r}", value=link, remedy=remedy)

"""What other libraries call our families: one table of calls, the arguments written in our parameters.

A row is the call that makes the same distribution elsewhere: ``gamma(a=shape, scale=mean / shape)`` of
``scipy.stats``, ``Gamma(concentration=shape, rate=shape / mean)`` of ``torch.distributions``, and
``dgamma(shape=shape, rate=shape / mean)`` of R (with its package where that is not ``stats``). What a library does
not have has no entry; a word that Python keeps for itself has an underscore behind it. Sources: the reference pages
of SciPy 1.17, PyTorch 2.13, R 4.2 and the packages named.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from likelihoodkit.errors import BindingError, UnknownNameError
from likelihoodkit.loading.later import special

LIBRARIES = {"scipy": "scipy.stats", "torch": "torch.distributions", "R": ""}

#: family -> library -> the call
CALLS: dict[str, dict[str, str]] = {
    # the real line
    "Normal": {"scipy": "norm(loc=mean, scale=scale)", "torch": "Normal(loc=mean, scale=scale)",
               "R": "dnorm(mean=mean, sd=scale)"},
    "Laplace": {"scipy": "laplace(loc=location, scale=scale)", "torch": "Laplace(loc=location, scale=scale)",
                "R": "extraDistr.dlaplace(mu=location, sigma=scale)"},
    "StudentT": {"scipy": "t(df=df, loc=location, scale=scale)",
                 "torch": "StudentT(df=df, loc=location, scale=scale)",
                 "R": "extraDistr.dlst(df=df, mu=location, sigma=scale)"},
    "Cauchy": {"scipy": "cauchy(loc=location, scale=scale)", "torch": "Cauchy(loc=location, scale=scale)",
               "R": "dcauchy(location=location, scale=scale)"},
    "Logistic": {"scipy": "logistic(loc=location, scale=scale)", "R": "dlogis(location=location, scale=scale)"},
    "Gumbel": {"scipy": "gumbel_r(loc=location, scale=scale)", "torch": "Gumbel(loc=location, scale=scale)",
               "R": "extraDistr.dgumbel(mu=location, sigma=scale)"},
    "GumbelMin": {"scipy": "gumbel_l(loc=location, scale=scale)", "R": "gamlss.dist.dGU(mu=location, sigma=scale)"},
    "HyperbolicSecant": {"scipy": "hypsecant(loc=location, scale=scale)"},
    "AsymmetricLaplace": {
        "scipy": "laplace_asymmetric(kappa=sqrt(level / (1 - level)), loc=location, "
                 "scale=scale / sqrt(level * (1 - level)))",
        "R": "VGAM.dalap(location=location, scale=sqrt(2) * scale / sqrt(level * (1 - level)), tau=level)"},
    "Huber": {"R": "extraDistr.dhuber(mu=location, sigma=scale, epsilon=threshold)"},
    "GeneralizedNormal": {
        "scipy": "gennorm(beta=shape, loc=location, scale=scale)",
        "R": "fGarch.dged(mean=location, sd=scale * exp((log_gamma(3 / shape) - log_gamma(1 / shape)) / 2), nu=shape)"},
    "SkewNormal": {"scipy": "skewnorm(a=skew, loc=location, scale=scale)",
                   "R": "sn.dsn(xi=location, omega=scale, alpha=skew)"},
    "SkewT": {"R": "sn.dst(xi=location, omega=scale, alpha=skew, nu=df)"},
    "JohnsonSU": {"scipy": "johnsonsu(a=skew, b=tail, loc=location, scale=scale)",
                  "R": "gamlss.dist.dJSUo(mu=location, sigma=scale, nu=skew, tau=tail)"},
    "SinhArcsinh": {"R": "gamlss.dist.dSHASHo(mu=location, sigma=scale, nu=skew, tau=tail)"},
    "ExponentiallyModifiedNormal": {"scipy": "exponnorm(K=1 / (scale * rate), loc=location, scale=scale)",
                                    "R": "gamlss.dist.dexGAUS(mu=location, sigma=scale, nu=1 / rate)"},
    "GeneralizedExtremeValue": {"scipy": "genextreme(c=-shape, loc=location, scale=scale)",
                                "R": "extraDistr.dgev(mu=location, sigma=scale, xi=shape)"},
    # positive amounts
    "Exponential": {"scipy": "expon(scale=mean)", "torch": "Exponential(rate=1 / mean)", "R": "dexp(rate=1 / mean)"},
    "Gamma": {"scipy": "gamma(a=shape, scale=mean / shape)", "torch": "Gamma(concentration=shape, rate=shape / mean)",
              "R": "dgamma(shape=shape, rate=shape / mean)"},
    "InverseGamma": {"scipy": "invgamma(a=shape, scale=scale)",
                     "torch": "InverseGamma(concentration=shape, rate=scale)",
                     "R": "actuar.dinvgamma(shape=shape, scale=scale)"},
    "ChiSquared": {"scipy": "chi2(df=df)", "torch": "Chi2(df=df)", "R": "dchisq(df=df)"},
    "LogNormal": {"scipy": "lognorm(s=scale, scale=exp(location))", "torch": "LogNormal(loc=location, scale=scale)",
                  "R": "dlnorm(meanlog=location, sdlog=scale)"},
    "Weibull": {"scipy": "weibull_min(c=shape, scale=scale)", "torch": "Weibull(scale=scale, concentration=shape)",
                "R": "dweibull(shape=shape, scale=scale)"},
    "Frechet": {"scipy": "invweibull(c=shape, scale=scale)", "R": "actuar.dinvweibull(shape=shape, scale=scale)"},
    "InverseGaussian": {"scipy": "invgauss(mu=mean / shape, scale=shape)",
                        "R": "statmod.dinvgauss(mean=mean, shape=shape)"},
    "LogLogistic": {"scipy": "fisk(c=shape, scale=scale)", "R": "actuar.dllogis(shape=shape, scale=scale)"},
    "GeneralizedPareto": {"scipy": "genpareto(c=shape, scale=scale)",
                          "torch": "GeneralizedPareto(loc=0, scale=scale, concentration=shape)",
                          "R": "extraDistr.dgpd(mu=0, sigma=scale, xi=shape)"},
    "Lomax": {"scipy": "lomax(c=shape, scale=scale)", "R": "actuar.dpareto(shape=shape, scale=scale)"},
    "Pareto": {"scipy": "pareto(b=shape, scale=minimum)", "torch": "Pareto(scale=minimum, alpha=shape)",
               "R": "actuar.dpareto1(shape=shape, min=minimum)"},
    "Burr": {"scipy": "burr12(c=inner, d=outer, scale=scale)",
             "R": "actuar.dburr(shape1=outer, shape2=inner, scale=scale)"},
    "GeneralizedGamma": {"scipy": "gengamma(a=shape, c=power, scale=scale)",
                         "R": "actuar.dtrgamma(shape1=shape, shape2=power, scale=scale)"},
    "Rayleigh": {"scipy": "rayleigh(scale=scale)", "R": "extraDistr.drayleigh(sigma=scale)"},
    "Maxwell": {"scipy": "maxwell(scale=scale)", "R": "VGAM.dmaxwell(rate=1 / scale**2)"},
    "HalfNormal": {"scipy": "halfnorm(scale=scale)", "torch": "HalfNormal(scale=scale)",
                   "R": "extraDistr.dhnorm(sigma=scale)"},
    "HalfCauchy": {"scipy": "halfcauchy(scale=scale)", "torch": "HalfCauchy(scale=scale)",
                   "R": "extraDistr.dhcauchy(sigma=scale)"},
    "Nakagami": {"scipy": "nakagami(nu=shape, scale=sqrt(spread))", "R": "VGAM.dnaka(scale=spread, shape=shape)"},
    "Rice": {"scipy": "rice(b=centre / scale, scale=scale)", "R": "VGAM.drice(sigma=scale, vee=centre)"},
    "BirnbaumSaunders": {"scipy": "fatiguelife(c=shape, scale=scale)", "R": "VGAM.dbisa(scale=scale, shape=shape)"},
    "Gompertz": {"scipy": "gompertz(c=rate / shape, scale=1 / shape)", "R": "extraDistr.dgompertz(a=rate, b=shape)"},
    "BetaPrime": {"scipy": "betaprime(a=mean * (1 + concentration), b=2 + concentration)",
                  "R": "extraDistr.dbetapr(shape1=mean * (1 + concentration), shape2=2 + concentration)"},
    "BoxCoxNormal": {"R": "gamlss.dist.dBCCGo(mu=median, sigma=scale, nu=power)"},
    "BoxCoxT": {"R": "gamlss.dist.dBCTo(mu=median, sigma=scale, nu=power, tau=df)"},
    "Tweedie": {"R": "mgcv.ldTweedie(mu=mean, p=power, phi=dispersion)"},
    # between zero and one; angles
    "Beta": {"scipy": "beta(a=mean * concentration, b=(1 - mean) * concentration)",
             "torch": "Beta(concentration1=mean * concentration, concentration0=(1 - mean) * concentration)",
             "R": "dbeta(shape1=mean * concentration, shape2=(1 - mean) * concentration)"},
    "Kumaraswamy": {"torch": "Kumaraswamy(concentration1=first, concentration0=second)",
                    "R": "extraDistr.dkumar(a=first, b=second)"},
    "LogitNormal": {"R": "gamlss.dist.dLOGITNO(mu=1 / (1 + exp(-location)), sigma=scale)"},
    "ContinuousBernoulli": {"torch": "ContinuousBernoulli(probs=probability)"},
    "VonMises": {"scipy": "vonmises(kappa=concentration, loc=direction)",
                 "torch": "VonMises(loc=direction, concentration=concentration)",
                 "R": "circular.dvonmises(mu=direction, kappa=concentration)"},
    "WrappedCauchy": {"scipy": "wrapcauchy(c=concentration, loc=direction)",
                      "R": "circular.dwrappedcauchy(mu=direction, rho=concentration)"},
    # classes and counts
    "Bernoulli": {"scipy": "bernoulli(p=probability)", "torch": "Bernoulli(probs=probability)",
                  "R": "dbinom(size=1, prob=probability)"},
    "Categorical": {"torch": "Categorical(probs=probabilities)"},
    "Poisson": {"scipy": "poisson(mu=mean)", "torch": "Poisson(rate=mean)", "R": "dpois(lambda_=mean)"},
    "Geometric": {"scipy": "geom(p=1 / (1 + mean), loc=-1)", "torch": "Geometric(probs=1 / (1 + mean))",
                  "R": "dgeom(prob=1 / (1 + mean))"},
    "NegativeBinomial": {
        "scipy": "nbinom(n=1 / dispersion, p=1 / (1 + dispersion * mean))",
        "torch": "NegativeBinomial(total_count=1 / dispersion, probs=dispersion * mean / (1 + dispersion * mean))",
        "R": "dnbinom(size=1 / dispersion, mu=mean)"},
    "Binomial": {"scipy": "binom(n=trials, p=probability)", "torch": "Binomial(total_count=trials, probs=probability)",
                 "R": "dbinom(size=trials, prob=probability)"},
    "BetaBinomial": {
        "scipy": "betabinom(n=trials, a=mean * concentration, b=(1 - mean) * concentration)",
        "R": "extraDistr.dbbinom(size=trials, alpha=mean * concentration, beta=(1 - mean) * concentration)"},
    "GeneralizedPoisson": {
        "R": "VGAM.dgenpois0(theta=mean / (1 + dispersion * mean), "
             "lambda_=dispersion * mean / (1 + dispersion * mean))"},
    "ConwayMaxwellPoisson": {"R": "COMPoissonReg.dcmp(lambda_=rate, nu=dispersion)"},
    "PoissonInverseGaussian": {"R": "actuar.dpoisinvgauss(mean=mean, shape=mean / dispersion)"},
    "DiscreteWeibull": {"R": "extraDistr.ddweibull(shape1=probability, shape2=shape)"},
    "Logarithmic": {"scipy": "logser(p=probability)", "R": "actuar.dlogarithmic(prob=probability)"},
    "Zeta": {"scipy": "zipf(a=shape)", "R": "VGAM.dzeta(shape=shape - 1)"},
    "YuleSimon": {"scipy": "yulesimon(alpha=shape)", "R": "VGAM.dyules(shape=shape)"},
    "Skellam": {"scipy": "skellam(mu1=first, mu2=second)", "R": "extraDistr.dskellam(mu1=first, mu2=second)"},
    # vectors
    "MultivariateNormal": {"scipy": "multivariate_normal(mean=mean, cov=scale @ transpose(scale))",
                           "torch": "MultivariateNormal(loc=mean, scale_tril=scale)",
                           "R": "mvtnorm.dmvnorm(mean=mean, sigma=scale @ transpose(scale))"},
    "MultivariateT": {"scipy": "multivariate_t(loc=mean, shape=scale @ transpose(scale), df=df)",
                      "R": "mvtnorm.dmvt(delta=mean, sigma=scale @ transpose(scale), df=df)"},
    "Dirichlet": {"scipy": "dirichlet(alpha=concentration * mean)",
                  "torch": "Dirichlet(concentration=concentration * mean)",
                  "R": "extraDistr.ddirichlet(alpha=concentration * mean)"},
    "Multinomial": {"scipy": "multinomial(n=trials, p=probabilities)",
                    "torch": "Multinomial(total_count=trials, probs=probabilities)",
                    "R": "dmultinom(size=trials, prob=probabilities)"},
    "DirichletMultinomial": {"scipy": "dirichlet_multinomial(alpha=concentration * mean, n=trials)",
                             "R": "extraDistr.ddirmnom(size=trials, alpha=concentration * mean)"},
    "VonMisesFisher": {"scipy": "vonmises_fisher(mu=direction, kappa=concentration)",
                       "R": "movMF.dmovMF(theta=concentration * direction)"},
}  # fmt: skip

_OPERATIONS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.MatMult: operator.matmul, ast.USub: operator.neg,
}  # fmt: skip
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": np.exp, "log": np.log, "sqrt": np.sqrt, "log_gamma": lambda x: special.gammaln(x),
    "transpose": np.transpose,
}  # fmt: skip


class Names(Mapping[str, str]):
    """The arguments of another library's function, each as a formula of our parameters.

    >>> import likelihoodkit as lk
    >>> names = lk.Gamma.names("scipy")
    >>> names.function, dict(names)
    ('scipy.stats.gamma', {'a': 'shape', 'scale': 'mean / shape'})
    >>> print(names)
    scipy.stats.gamma(a=shape, scale=mean / shape)
    >>> names.arguments(mean=6.0, shape=2.0)
    {'a': 2.0, 'scale': 3.0}
    """

    def __init__(self, function: str, arguments: Mapping[str, ast.expr], parameters: tuple[str, ...]) -> None:
        self.function = function
        self.parameters = parameters
        self._arguments = dict(arguments)

    def __getitem__(self, argument: str) -> str:
        return ast.unparse(self._arguments[argument])

    def __iter__(self) -> Iterator[str]:
        return iter(self._arguments)

    def __len__(self) -> int:
        return len(self._arguments)

    def __repr__(self) -> str:
        return f"{self.function}({', '.join(f'{name}={text}' for name, text in self.items())})"

    def arguments(self, **parameters: Any) -> dict[str, Any]:
        """The numbers to call the function with, given numbers (vectors, matrices) for all of our parameters.

        Raises `BindingError` where a parameter is missing or unknown.
        """
        if sorted(parameters) != sorted(self.parameters):
            given = ", ".join(parameters) or "nothing"
            raise BindingError(
                f"{self.function} is called with {', '.join(self.parameters)}, not {given}", value=sorted(parameters)
            )
        return {name: _value(node, parameters) for name, node in self._arguments.items()}


def _value(node: ast.expr, parameters: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Name) and node.id == "pi":
        return np.pi
    if isinstance(node, ast.Name):
        value = parameters[node.id]
        return value if isinstance(value, int | float) else np.asarray(value)
    if isinstance(node, ast.BinOp):
        return _OPERATIONS[type(node.op)](_value(node.left, parameters), _value(node.right, parameters))
    if isinstance(node, ast.UnaryOp):
        return _OPERATIONS[type(node.op)](_value(node.operand, parameters))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id](*(_value(argument, parameters) for argument in node.args))
    assert isinstance(node, ast.Constant)  # the table holds nothing else
    return node.value


class _Instead(ast.NodeTransformer):
    """Other parameters in the places of a family's own."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = {name: ast.parse(text, mode="eval").body for name, text in places.items()}

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A parameter, or what it is in terms of the others."""
        return self.places.get(node.id, node)


def names(family: str, parameters: tuple[str, ...], library: str, places: Mapping[str, str]) -> Names:
    """How ``library`` ("scipy", "torch" or "R") calls a family with these parameters.

    ``places`` says what the family's own parameters are, where these are others. Raises `UnknownNameError` for a
    library that is not in the table, or that does not have the family.
    """
    if library not in LIBRARIES:
        raise UnknownNameError(
            f"no names of {library!r} are known", value=library, remedy=f"Known are {', '.join(LIBRARIES)}"
        )
    rows = CALLS.get(family, {})
    if library not in rows:
        raise UnknownNameError(
            f"{LIBRARIES[library] or library} has no {family}",
            family=family,
            value=library,
            remedy=f"It is in {', '.join(rows)}" if rows else "No library of the table has it",
        )
    call = ast.parse(rows[library], mode="eval").body
    assert isinstance(call, ast.Call)
    package, _, function = ast.unparse(call.func).rpartition(".")
    package, mark = (package, "::") if library == "R" else (LIBRARIES[library], ".")
    found = {str(keyword.arg).rstrip("_"): _Instead(places).visit(keyword.value) for keyword in call.keywords}
    return Names(f"{package}{mark}{function}" if package else function, found, parameters)

"""Losses of a positive prediction, read through exp: the model outputs the logarithm of what it predicts.

``link="identity"`` takes the bare prediction. Deviances are unit deviances: twice the log-likelihood lost against a
prediction of y itself, zero where they agree.
"""

from sympy import Eq

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.primitives.robust import gamma_deviance_half, relative_excess, tweedie_half_deviance
from likelihoodkit.primitives.words import Piecewise, log, log1p, poisson_deviance_half
from likelihoodkit.supports import between_one_and_two, nonnegative, positive


class squared_log_error(NamedLoss):
    """(log(1 + y) - log(1 + prediction))^2.

    Elicits exp(E log(1 + y)) - 1, a kind of geometric mean: relative errors count alike for small and large amounts.
    The noise behind it is normal on the scale of log(1 + y). It breaks when the mean itself is wanted: it predicts
    too low.

    Source: the RMSLE of forecasting contests; xgboost (2019) as reg:squaredlogerror (there with a factor 1/2).
    """

    y          = outcome(nonnegative)
    prediction = parameter(positive, link=links.exp)

    loss = (log1p(y) - log1p(prediction)) ** 2


class poisson_deviance(NamedLoss):
    """2 (y log(y/prediction) - y + prediction), with 0 log 0 = 0.

    Elicits the mean, for counts and for any amounts of zero or more. The noise behind it is Poisson. It weighs rows as
    if the variance were the mean; it stays right for the mean, and inefficient, when it is not.

    Source: Nelder and Wedderburn (1972), JRSS A 135, 370-384.
    """

    y          = outcome(nonnegative)
    prediction = parameter(positive, link=links.exp)

    loss = 2 * poisson_deviance_half(y, prediction)


class gamma_deviance(NamedLoss):
    """2 (y/prediction - 1 - log(y/prediction)).

    Elicits the mean of positive amounts; only the ratio y/prediction counts. The noise behind it is Gamma with one
    shape for all rows. It breaks on exact zeros.

    Source: Nelder and Wedderburn (1972), JRSS A 135, 370-384.
    """

    y          = outcome(positive)
    prediction = parameter(positive, link=links.exp)

    loss = 2 * gamma_deviance_half(y, prediction)


class inverse_gaussian_deviance(NamedLoss):
    """(y - prediction)^2/(prediction^2 y).

    Elicits the mean of positive, strongly skewed amounts. The noise behind it is InverseGaussian with one shape for
    all rows. It breaks on exact zeros and on amounts close to zero, which weigh as 1/y.

    Source: Tweedie (1957), Annals of Mathematical Statistics 28, 362-377.
    """

    y          = outcome(positive)
    prediction = parameter(positive, link=links.exp)

    loss = relative_excess(y, prediction) ** 2 / y

class tweedie_deviance(NamedLoss):
    """2 (y^(2-p)/((1-p)(2-p)) - y m^(1-p)/(1-p) + m^(2-p)/(2-p)) with power p between 1 and 2 and prediction m.

    Elicits the mean of amounts that are often exactly zero. The noise behind it is Tweedie (a Poisson number of Gamma
    amounts). It breaks when zeros have a cause of their own.

    Source: Jorgensen (1987), JRSS B 49, 127-162.
    """

    y          = outcome(nonnegative)
    prediction = parameter(positive, link=links.exp)
    power      = held(between_one_and_two)

    loss = Piecewise(
        (2 * prediction ** (2 - power) / (2 - power), Eq(y, 0)),
        (2 * tweedie_half_deviance(y, log(prediction), power - 1), True),
    )

"""Losses of two classes. Where a probability is predicted the model outputs its logit; margin losses take a score."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.losses._catalogue import labels
from likelihoodkit.primitives.words import exp, log, maximum
from likelihoodkit.supports import binary, nonnegative, real, unit


class binary_cross_entropy(NamedLoss):
    """-log of the probability given to the class that occurred; the model outputs the logit.

    Elicits the probability of class 1 (strictly proper). The noise behind it is Bernoulli. It breaks when labels are
    wrong at a known rate, and when classes were resampled: then the logit is shifted by the log of the odds.

    Source: Good (1952), JRSS B 14, 107-114; Cox (1958), JRSS B 20, 215-242.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)

    loss = -y * log(probability) - (1 - y) * log(1 - probability)


class hinge(NamedLoss):
    """max(0, 1 - s score) with s = 2 y - 1: no cost beyond a margin of 1.

    Elicits the more probable class alone, never a probability. No noise is behind it: exp(-loss) sums to something
    that depends on the score. Labels may be {0, 1} or {-1, +1}.

    Source: Cortes and Vapnik (1995), Machine Learning 20, 273-297.
    """

    y     = outcome(labels)
    score = parameter(real, link=links.identity)

    margin = (2 * y - 1) * score
    loss = maximum(0, 1 - margin)


class squared_hinge(NamedLoss):
    """max(0, 1 - s score)^2 with s = 2 y - 1.

    Elicits 2 P(y = 1) - 1, clamped by nothing: a score outside [-1, 1] does not occur at the minimum. No noise is
    behind it. Outliers weigh by their square. Labels may be {0, 1} or {-1, +1}.

    Source: Cortes and Vapnik (1995), Machine Learning 20, 273-297; Zhang (2004), Annals of Statistics 32, 56-85.
    """

    y     = outcome(labels)
    score = parameter(real, link=links.identity)

    margin = (2 * y - 1) * score
    loss = maximum(0, 1 - margin) ** 2


class exponential(NamedLoss):
    """exp(-s score) with s = 2 y - 1: the loss of AdaBoost.

    Elicits half the log-odds of class 1. No noise is behind it. It breaks on wrong labels, which it punishes without
    bound. Labels may be {0, 1} or {-1, +1}.

    Source: Freund and Schapire (1997), JCSS 55, 119-139; Friedman, Hastie and Tibshirani (2000).
    """

    y     = outcome(labels)
    score = parameter(real, link=links.identity)

    loss = exp(-(2 * y - 1) * score)


class brier(NamedLoss):
    """(y - probability)^2; the model outputs the logit.

    Elicits the probability of class 1 (strictly proper). As a noise it would be Normal, whose support is wrong. It is
    bounded, so that confidently wrong rows hardly move it: its gradient vanishes there.

    Source: Brier (1950), Monthly Weather Review 78, 1-3 (there summed over both classes: twice this).
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)

    # (y - p)^2 for y in {0, 1}, without the cancellation in y - p
    loss = y * (1 - probability) ** 2 + (1 - y) * probability**2


class focal(NamedLoss):
    """-(1 - q)^gamma log q, q the probability given to the class that occurred; gamma = 0 is cross-entropy.

    Elicits a distorted, less extreme probability (invertible, never read it as it is). No noise is behind it. With
    alpha, class 1 weighs alpha and class 0 weighs 1 - alpha.

    Source: Lin et al. (2017), Focal loss for dense object detection, eq. 4 and 5.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)
    gamma       = held(nonnegative)

    ones = -((1 - probability) ** gamma) * log(probability)
    zeros = -(probability**gamma) * log(1 - probability)
    loss = y * ones + (1 - y) * zeros


class balanced_focal(NamedLoss):
    """The `focal` loss with weight alpha on class 1 and 1 - alpha on class 0.

    Elicits a distorted probability. No noise is behind it.

    Source: Lin et al. (2017), Focal loss for dense object detection, eq. 5.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)
    gamma       = held(nonnegative)
    alpha       = held(unit)

    ones = -((1 - probability) ** gamma) * log(probability)
    zeros = -(probability**gamma) * log(1 - probability)
    loss = alpha * y * ones + (1 - alpha) * (1 - y) * zeros

"""Losses of two classes. Where a probability is predicted the model outputs its logit; margin losses take a score."""

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.losses._catalogue import labels
from likelihoodkit.primitives.words import exp, expm1, log, maximum, minimum, sigmoid
from likelihoodkit.supports import binary, nonnegative, positive, real, unit, up_to_one


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

class savage(NamedLoss):
    """1/(1 + exp(2 s score))^2 with s = 2 y - 1: bounded, so a wrong label cannot dominate.

    Elicits half the log-odds of class 1. No noise is behind it. Not convex:
    far on the wrong side its gradient vanishes. Labels may be {0, 1} or {-1, +1}.

    Source: Masnadi-Shirazi and Vasconcelos (2008), NIPS 21, eq. 24.
    """

    y     = outcome(labels)
    score = parameter(real, link=links.identity)

    loss = sigmoid(-2 * (2 * y - 1) * score) ** 2


class weighted_cross_entropy(NamedLoss):
    """Cross-entropy with weight w1 on class 1 and w0 on class 0.

    Elicits a shifted logit: logit p + log(w1/w0). No noise is behind it unless the weights are the ratio of the class
    shares where the model is used to those where it was trained. It breaks when its output is read as a probability.

    Source: Elkan (2001), IJCAI 17, 973-978; King and Zeng (2001), Political Analysis 9, 137-163.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)
    w0          = held(positive)
    w1          = held(positive)

    loss = -w1 * y * log(probability) - w0 * (1 - y) * log(1 - probability)


class label_smoothed_binary(NamedLoss):
    """Cross-entropy to the label moved towards one half: y (1 - amount) + amount/2.

    Elicits (1 - amount) p + amount/2. No noise is behind it: it is not the likelihood of labels flipped at a known
    rate. It breaks when its output is read as a probability: it never reaches 0 or 1.

    Source: Szegedy et al. (2016), CVPR, 2818-2826.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)
    amount      = held(unit)

    loss = (
        -(1 - amount) * (y * log(probability) + (1 - y) * log(1 - probability))
        - amount / 2 * (log(probability) + log(1 - probability))
    )


class asymmetric(NamedLoss):
    """Focal factors of their own for either class, and probabilities below the margin forgiven where y = 0.

    -(1 - p)^gamma_positive log p for y = 1; -m^gamma_negative log(1 - m) with m = max(p - margin, 0) for y = 0. Elicits
    a distorted probability, and none below a threshold once the margin is positive. No noise is behind it.

    Source: Ridnik et al. (2021), ICCV, 82-91.
    """

    y              = outcome(binary)
    probability    = parameter(unit, link=links.sigmoid)
    gamma_positive = held(nonnegative)
    gamma_negative = held(nonnegative)
    margin         = held(nonnegative)

    shifted = maximum(probability - margin, 0)
    ones = -((1 - probability) ** gamma_positive) * log(probability)
    zeros = -(shifted**gamma_negative) * log(minimum(1 - probability + margin, 1))
    loss = y * ones + (1 - y) * zeros


class poly1(NamedLoss):
    """-log q + epsilon (1 - q), q the probability given to the class that occurred.

    Elicits a distorted probability (invertible). No noise is behind it. epsilon = 0 is cross-entropy; below -1 it is
    no longer decreasing in q.

    Source: Leng et al. (2022), PolyLoss, ICLR, eq. 5.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)
    epsilon     = held(real)

    ones = -log(probability) + epsilon * (1 - probability)
    zeros = -log(1 - probability) + epsilon * probability
    loss = y * ones + (1 - y) * zeros


class generalized_cross_entropy(NamedLoss):
    """(1 - p^q)/q, p the probability given to the class that occurred: cross-entropy as q goes to 0, 1 - p at q = 1.

    Elicits p^(1/(1 - q)), renormalised: more extreme than the truth; at q = 1 the class alone. No noise is behind it.
    Made for wrong labels: it bounds what one row can cost.

    Source: Zhang and Sabuncu (2018), NeurIPS 31, eq. 6.
    """

    y           = outcome(binary)
    probability = parameter(unit, link=links.sigmoid)
    q           = held(up_to_one)

    ones = -expm1(q * log(probability)) / q
    zeros = -expm1(q * log(1 - probability)) / q
    loss = y * ones + (1 - y) * zeros

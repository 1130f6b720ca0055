"""Losses of a real prediction: ``r`` is always outcome minus prediction."""

from sympy import Eq

from likelihoodkit import links
from likelihoodkit.declaration import NamedLoss, held, outcome, parameter
from likelihoodkit.losses._supports import directions
from likelihoodkit.primitives.robust import biweight_penalty, expm1_minus, hypot1m, power_penalty
from likelihoodkit.primitives.words import (
    Piecewise,
    abs,
    expm1,
    heading,
    huber_penalty,
    log1p_square,
    log_cosh as log_cosh_of,
    maximum,
    minimum,
    one_minus_cos,
    sqrt,
    sum_over,
)
from likelihoodkit.supports import circle, nonnegative, positive, real, real_vector, unit


class squared_error(NamedLoss):
    """(y - prediction)^2; summed over rows, least squares.

    Elicits the mean. The noise behind it is Normal with one scale for all rows (then the loss is 2 scale^2 times the
    negative log-likelihood, up to a constant). It breaks on outliers, and on noise whose scale differs between rows.

    Source: Legendre (1805), Nouvelles methodes; Gauss (1809), Theoria motus.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)

    loss = (y - prediction) ** 2


class absolute_error(NamedLoss):
    """|y - prediction|.

    Elicits the median. The noise behind it is Laplace. It is not differentiable at zero (its gradient there is 0, its
    second derivative elsewhere 0) and an outlier in the features still moves it.

    Source: Boscovich (1757); Laplace (1774), Memoire sur la probabilite des causes.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)

    loss = abs(y - prediction)


class huber(NamedLoss):
    """r^2/2 for |r| <= delta, delta (|r| - delta/2) beyond.

    Elicits an M-functional between squared and absolute error; on skewed data it need not lie between mean and
    median. The noise behind it is `Huber`: normal in the middle, exponential tails. It breaks when delta, which is in
    units of y, does not fit the scale of the noise.

    Source: Huber (1964), Annals of Mathematical Statistics 35, 73-101.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    delta      = held(positive)

    loss = huber_penalty(y - prediction, delta)


class smooth_l1(NamedLoss):
    """r^2/(2 beta) for |r| <= beta, |r| - beta/2 beyond: the Huber loss divided by its threshold.

    Elicits what `huber` elicits; as beta goes to zero it becomes `absolute_error`.

    Source: Girshick (2015), Fast R-CNN, eq. 3 (there with beta = 1).
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    beta       = held(positive)

    loss = huber_penalty(y - prediction, beta) / beta


class pseudo_huber(NamedLoss):
    """delta^2 (sqrt(1 + (r/delta)^2) - 1): a Huber loss without corners.

    Elicits an M-functional. The noise behind it is the (symmetric) hyperbolic distribution. It breaks as `huber` does.

    Source: Charbonnier et al. (1994), ICIP 2, 168-172; Hartley and Zisserman (2003), Multiple View Geometry, A6.8.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    delta      = held(positive)

    loss = delta**2 * hypot1m((y - prediction) / delta)


class log_cosh(NamedLoss):
    """log cosh r: r^2/2 near zero, |r| - log 2 far out.

    Elicits an M-functional; the mean where the noise is symmetric. The noise behind it is HyperbolicSecant (not
    Logistic, whose loss is 2 log cosh(r/2)). It breaks when the noise is not on the scale of 1.

    Source: Green (1990), IEEE Transactions on Medical Imaging 9, 84-93.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)

    loss = log_cosh_of(y - prediction)


class pinball(NamedLoss):
    """max(level r, (level - 1) r): a miss above costs `level`, a miss below 1 - level, per unit.

    Elicits the quantile at `level`. The noise behind it is AsymmetricLaplace, as a working assumption. Quantiles
    fitted at several levels on their own may cross.

    Source: Koenker and Bassett (1978), Econometrica 46, 33-50.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    level      = held(unit)

    r = y - prediction
    loss = maximum(level * r, (level - 1) * r)


class expectile(NamedLoss):
    """level r^2 above the prediction, (1 - level) r^2 below: asymmetric least squares.

    Elicits the expectile at `level`; level 1/2 is half of `squared_error`. The noise behind it is a two-piece normal.
    It breaks on outliers, as squared error does, more so on the heavy side.

    Source: Newey and Powell (1987), Econometrica 55, 819-847.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    level      = held(unit)

    r = y - prediction
    loss = level * maximum(r, 0) ** 2 + (1 - level) * minimum(r, 0) ** 2


class cauchy(NamedLoss):
    """c^2/2 log(1 + (r/c)^2): r^2/2 near zero, logarithmic far out.

    Elicits the location of the best-fitting `Cauchy` of scale c. Its influence falls back to zero, so it is not
    convex: it may have several minima, and wants a start from a convex loss.

    Source: Holland and Welsch (1977), Communications in Statistics 6, 813-827.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    c          = held(positive)

    loss = c**2 / 2 * log1p_square((y - prediction) / c)


class epsilon_insensitive(NamedLoss):
    """max(0, |r| - epsilon): errors below epsilon are free.

    Elicits the middle of the interval of length 2 epsilon with equal probability beyond both ends; a flat bottom means
    the minimum need not be unique. The noise behind it is uniform with Laplace tails.

    Source: Vapnik (1995), The Nature of Statistical Learning Theory, 6.1.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    epsilon    = held(nonnegative)

    loss = maximum(0, abs(y - prediction) - epsilon)


class tukey(NamedLoss):
    """c^2/6 (1 - (1 - (r/c)^2)^3) for |r| <= c, c^2/6 beyond: Tukey's biweight.

    Elicits an M-functional that ignores errors beyond c altogether. No noise is behind it: exp(-loss) cannot be
    normalised. Not convex: it wants a good start, and c = 4.685 scales for 95 % efficiency under normal noise.

    Source: Beaton and Tukey (1974), Technometrics 16, 147-185.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    c          = held(positive)

    loss = c**2 * biweight_penalty((y - prediction) / c)


class welsch(NamedLoss):
    """c^2/2 (1 - exp(-(r/c)^2)): r^2/2 near zero, level c^2/2 far out.

    Elicits the mode, as c goes to zero. No noise is behind it: exp(-loss) cannot be normalised. Not convex.

    Source: Dennis and Welsch (1978), Communications in Statistics B7, 345-359 (there called Leclerc by some).
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    c          = held(positive)

    loss = -(c**2) / 2 * expm1(-(((y - prediction) / c) ** 2))


class geman_mcclure(NamedLoss):
    """c^2/2 (r/c)^2/(1 + (r/c)^2): r^2/2 near zero, level c^2/2 far out.

    Elicits the mode, as c goes to zero. No noise is behind it: exp(-loss) cannot be normalised. Not convex.

    Source: Geman and McClure (1985), Proceedings of the Statistical Computing Section, ASA, 12-18.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    c          = held(positive)

    # 1 - 1/(1 + z^2), written so that its derivatives do not cancel far out
    loss = -(c**2) / 2 * expm1(-log1p_square((y - prediction) / c))


class linex(NamedLoss):
    """exp(a r) - a r - 1: exponential on one side, linear on the other; a > 0 fears predictions that are too low.

    Elicits log(E exp(a y))/a. The noise behind it is the Gumbel distribution of the smallest value, with scale 1/a. It
    breaks when exp(a y) has no mean.

    Source: Varian (1975), in Studies in Bayesian Econometrics and Statistics; Zellner (1986), JASA 81, 446-451.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    a          = held(real)

    loss = expm1_minus(a * (y - prediction))


class circular_distance(NamedLoss):
    """1 - cos(y - prediction), both in radians.

    Elicits the mean direction. The noise behind it is VonMises with one concentration for all rows. It breaks when
    directions are spread evenly: then there is no mean direction.

    Source: Mardia and Jupp (2000), Directional Statistics, 2.2.
    """

    y          = outcome(circle)
    prediction = parameter(circle, link=links.angle)

    loss = one_minus_cos(y - prediction)

class quantile_huber(NamedLoss):
    """The Huber loss over its threshold, weighted `level` above the prediction and 1 - level below.

    Elicits an M-functional close to the quantile at `level`; as delta goes to zero it becomes `pinball`. The noise
    behind it is a Huber density with another weight on either side.

    Source: Dabney et al. (2018), Distributional reinforcement learning with quantile regression, AAAI 32, eq. 10.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    level      = held(unit)
    delta      = held(positive)

    r = y - prediction
    above = huber_penalty(maximum(r, 0), delta)
    below = huber_penalty(minimum(r, 0), delta)
    loss = (level * above + (1 - level) * below) / delta


class barron(NamedLoss):
    """|alpha - 2|/alpha ((z^2/|alpha - 2| + 1)^(alpha/2) - 1) with z = r/c: one family of robust losses.

    alpha = 2 is squared error, 1 pseudo-Huber, 0 Cauchy, -2 Geman-McClure. Elicits an M-functional. A noise is behind
    it for alpha >= 0; below, exp(-loss) cannot be normalised.

    Source: Barron (2019), A general and adaptive robust loss function, CVPR, eq. 8.
    """

    y          = outcome(real)
    prediction = parameter(real, link=links.identity)
    alpha      = held(real)
    c          = held(positive)

    z = (y - prediction) / c
    size = abs(alpha - 2)
    loss = Piecewise((z**2 / 2, Eq(alpha, 2)), (size / 2 * power_penalty(z / sqrt(size), alpha / 2), True))


class absolute_percentage_error(NamedLoss):
    """|y - prediction|/y for positive amounts.

    Elicits the median of the law reweighted by 1/y, below the median: small amounts count most. The noise behind it is
    Laplace with a scale proportional to y, which no longer integrates to one whatever the prediction. It breaks near
    zero.

    Source: Gneiting (2011), JASA 106, 746-762; de Myttenaere et al. (2016), Neurocomputing 192, 38-48.
    """

    y          = outcome(positive)
    prediction = parameter(real, link=links.identity)

    loss = abs(y - prediction) / y


class cosine_distance(NamedLoss):
    """1 - cos of the angle between the rows y and prediction, as half the squared distance of the unit vectors.

    Elicits the mean direction; lengths count for nothing. The noise behind it is von Mises-Fisher with one
    concentration for all rows. A row y of zeros has no direction and is refused; at a prediction of zeros the value is
    1/2 and the slope 0.

    Source: Salton, Wong and Yang (1975), CACM 18, 613-620; Banerjee et al. (2005), JMLR 6, 1345-1382.
    """

    y          = outcome(directions)
    prediction = parameter(real_vector, link=links.vector)

    loss = sum_over((heading(y) - heading(prediction)) ** 2) / 2

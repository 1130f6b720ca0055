"""What to do about labels that are wrong, classes that are rare, costs that differ and models that are too sure.

Each correction is a likelihood argument, not a trick: `label_noise` replaces the likelihood of the true class by that
of the label seen, `prior_shift` multiplies the odds by what the sampling took away, `threshold` is the decision of
least expected cost, `temperature` is one more parameter fitted by maximum likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit

from likelihoodkit.declaration import Bound
from likelihoodkit.errors import FitError, InputError, ShapeError
from likelihoodkit.families import Bernoulli, Categorical
from likelihoodkit.loss import Loss, derive
from likelihoodkit.wrappers import Mislabelled

Array = NDArray[Any]

#: the search for a temperature looks at factors of the logits from 1 / REACH to REACH
REACH = 2.0**20


def _probabilities(values: ArrayLike, what: str) -> Array:
    found = np.asarray(values, dtype=np.float64)
    bad = ~((found >= 0) & (found <= 1))
    if bad.any():
        raise InputError(f"{what} must be probabilities, not {found[bad].flat[0]:.12g}", value=found[bad].flat[0])
    return found


def _inside(value: float, what: str) -> float:
    if not 0 < value < 1:
        raise InputError(f"{what} is a share strictly between 0 and 1, not {value!r}", value=value)
    return float(value)


@dataclass(frozen=True, eq=False)
class LabelNoise:
    """Labels that pass through a channel which is known to err.

    ``channel[truth, seen]`` (K, K) has rows that sum to one. `elicited` is what plain cross-entropy converges to,
    `restored` undoes it, ``noise`` and ``loss`` are the likelihood of the labels seen, whose minimiser is the truth.
    """

    channel: Array
    noise: Bound
    loss: Loss

    def elicited(self, probabilities: ArrayLike) -> Array:
        """What plain cross-entropy on the noisy labels makes a model predict where the truth is ``probabilities``.

        (n,) probabilities of class 1 for two classes, else (n, K).
        """
        truth = _probabilities(probabilities, "probabilities")
        return self._through(truth, self.channel)

    def restored(self, probabilities: ArrayLike) -> Array:
        """The true probabilities behind ``probabilities`` learnt from noisy labels; the inverse of `elicited`.

        Values outside [0, 1] are no rounding: no truth explains such a prediction under this channel.
        Raises `InputError` for a channel that cannot be undone (its labels carry no information on some classes).
        """
        seen = _probabilities(probabilities, "probabilities")
        if np.linalg.matrix_rank(self.channel) < len(self.channel):
            raise InputError(
                "the channel maps different truths to the same labels and cannot be undone",
                value=self.channel.tolist(),
                remedy="Merge the classes that it confuses completely",
            )
        return self._through(seen, np.linalg.inv(self.channel))

    def _through(self, values: Array, matrix: Array) -> Array:
        if len(matrix) == 2 and values.ndim < 2:
            both = np.stack([1 - values, values], axis=-1)
            return np.asarray((both @ matrix)[..., 1])
        if values.shape[-1:] != (len(matrix),):
            raise ShapeError(f"probabilities must have shape (n, {len(matrix)}), not {values.shape}")
        return np.asarray(values @ matrix)

    def __str__(self) -> str:
        if len(self.channel) == 2:
            up, down = self.channel[0, 1], self.channel[1, 0]
            return (
                f"Where class 1 has probability p, its label is seen with probability {up:g} + {1 - up - down:g} p: "
                f"plain cross-entropy elicits that. Train {self.noise!r} instead, and its probability is p."
            )
        return (
            "Where the classes have probabilities p, the labels have p C, C the channel: plain cross-entropy elicits "
            f"that. Train {self.noise!r} instead, and its probabilities are p."
        )


def label_noise(rates: float | Sequence[Any] | Array) -> LabelNoise:
    """What wrong labels do to the minimiser, and the likelihood that puts it right.

    ``rates`` for two classes: one number (either label is wrong that often) or two (how often a 0 is seen as 1, how
    often a 1 as 0); for K classes a matrix, ``rates[truth][seen]``. Raises `BindingError` for what is no such thing.
    Source: Natarajan et al. (2013), NeurIPS 26; Patrini et al. (2017), CVPR, forward correction.

    >>> import likelihoodkit as lk
    >>> noise = lk.corrections.label_noise(0.2)
    >>> noise.elicited([0.0, 0.5, 1.0])
    array([0.2, 0.5, 0.8])
    >>> noise.restored([0.8]).round(12)
    array([1.])
    >>> noise.loss.outputs
    ('probability',)
    """
    table = np.asarray(rates, dtype=np.float64)
    if table.ndim == 2:
        channel = table
        noise = Mislabelled(Bernoulli if len(table) == 2 else Categorical, table.tolist())
    else:
        noise = Mislabelled(Bernoulli, rates)
        up, down = np.broadcast_to(table, 2)
        channel = np.array([[1 - up, up], [down, 1 - down]])
    return LabelNoise(channel, noise, derive(noise))


def prior_shift(train: float | Sequence[float], deploy: float | Sequence[float]) -> Any:
    """What to add to the logits of a model trained at one share of the classes and used at another.

    ``train`` and ``deploy``: the share of class 1, giving one number; or the shares of K classes, giving (K,). The
    shift is log(deploy / train), as odds for two classes; slopes stay as they were (Prentice and Pyke 1979, Biometrika
    66, 403-411). Valid where the classes themselves look the same in both places.

    >>> import likelihoodkit as lk
    >>> round(lk.corrections.prior_shift(0.5, 0.05), 4)
    -2.9444
    >>> lk.corrections.prior_shift([0.5, 0.25, 0.25], [0.8, 0.1, 0.1]).round(4)
    array([ 0.47  , -0.9163, -0.9163])
    """
    if isinstance(train, int | float) and isinstance(deploy, int | float):
        before, after = _inside(train, "train"), _inside(deploy, "deploy")
        return float(np.log(after) - np.log1p(-after) - np.log(before) + np.log1p(-before))
    shares = [np.asarray(given, dtype=np.float64) for given in (train, deploy)]
    for name, share in zip(("train", "deploy"), shares, strict=True):
        if share.ndim != 1 or not (share > 0).all() or abs(share.sum() - 1) > 1e-9:
            raise InputError(f"{name} must be positive shares of the classes that sum to one", value=share.tolist())
    if shares[0].shape != shares[1].shape:
        raise ShapeError(f"train and deploy have {shares[0].size} and {shares[1].size} classes")
    return np.asarray(np.log(shares[1] / shares[0]))


@dataclass(frozen=True)
class Threshold:
    """Predict class 1 where its probability is above ``probability``, that is its logit above ``logit``."""

    probability: float
    logit: float

    def decide(self, probabilities: ArrayLike) -> Array:
        """1 where class 1 is the cheaper prediction, else 0; shape as given."""
        return np.asarray((_probabilities(probabilities, "probabilities") > self.probability).astype(np.int64))


def threshold(false_positive: float, false_negative: float) -> Threshold:
    """The threshold of least expected cost, for calibrated probabilities.

    Predicting 1 costs ``false_positive`` (1 - p), predicting 0 costs ``false_negative`` p: equal at p = fp / (fp + fn).
    Shares of the classes do not enter: they are in p already (Elkan 2001, IJCAI 17, 973-978).

    >>> import likelihoodkit as lk
    >>> lk.corrections.threshold(false_positive=1, false_negative=5).probability
    0.16666666666666666
    """
    for name, cost in (("false_positive", false_positive), ("false_negative", false_negative)):
        if not (cost > 0 and np.isfinite(cost)):
            raise InputError(f"{name} is a positive cost, not {cost!r}", parameter=name, value=cost)
    level = false_positive / (false_positive + false_negative)
    return Threshold(level, float(np.log(false_positive) - np.log(false_negative)))


@dataclass(frozen=True)
class Temperature:
    """Logits divided by ``temperature``; ``standard_error`` is that of its logarithm.

    ``before`` and ``after`` are the mean negative log-likelihoods in nats of the rows that it was fitted to.
    """

    temperature: float
    standard_error: float
    before: float
    after: float

    def apply(self, logits: ArrayLike) -> Array:
        """The calibrated logits."""
        return np.asarray(logits, dtype=np.float64) / self.temperature

    def probabilities(self, logits: ArrayLike) -> Array:
        """Calibrated probabilities: of class 1 for (n,) logits, of all classes for (n, K)."""
        scaled = self.apply(logits)
        if scaled.ndim == 1:
            return np.asarray(expit(scaled))
        return np.asarray(derive(Categorical).parameters(scaled)["probabilities"])


def temperature(y: ArrayLike, logits: ArrayLike) -> Temperature:
    """The temperature of maximum likelihood, on rows that the model was not trained on.

    ``y`` (n,): labels 0 or 1 with (n,) logits, class indices with (n, K). The negative log-likelihood is convex in
    1 / temperature, so there is one answer (Guo et al. 2017, ICML 34).

    Raises `FitError` where the likelihood has no maximum: every row is right (temperature 0) or the logits are worse
    than none (temperature infinite), and `SupportError` or `ShapeError` for labels that are none.

    >>> import likelihoodkit as lk
    >>> fitted = lk.corrections.temperature([0, 1, 1, 0, 1], [-8.0, 6.0, -2.0, -4.0, 9.0])
    >>> round(fitted.temperature, 3), fitted.after < fitted.before
    (2.29, True)
    """
    scores = np.asarray(logits, dtype=np.float64)
    loss = derive(Bernoulli if scores.ndim == 1 else Categorical)
    before = float(np.mean(loss(y, scores)))

    def slope(log_factor: float) -> float:
        gradient = loss.gradient(y, scores * np.exp(log_factor))
        return float((np.asarray(gradient) * scores).sum())

    low, high = -np.log(REACH), np.log(REACH)
    if not slope(low) < 0 < slope(high):
        none = "infinite" if slope(low) >= 0 else "zero"
        raise FitError(
            f"the likelihood has no maximum: the best temperature is {none}",
            remedy="Use rows that the model was not trained on, some of which it gets wrong",
        )
    best = float(brentq(slope, low, high, xtol=1e-14, rtol=1e-14))
    scaled = scores * np.exp(best)
    hessian = np.asarray(loss.hessian(y, scaled)).reshape(len(scaled), -1)
    outer = (scaled[..., None] * (scaled[..., None, :] if scaled.ndim == 2 else scaled[..., None])).reshape(
        len(scaled), -1
    )
    information = float((hessian * outer).sum())  # in log factor; the slope's own term vanishes at the maximum
    return Temperature(float(np.exp(-best)), float(1 / np.sqrt(information)), before, float(np.mean(loss(y, scaled))))

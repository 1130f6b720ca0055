"""Losses of several named arrays: against textbook formulas in mpmath, at distance zero, and what they refuse."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

import likelihoodkit as lk
from likelihoodkit import losses
from losses.settings import INPUTS, named_rows, one as instance

RNG = np.random.default_rng(11)
N, D, L = 12, 3, 2


def length(v):
    return mp.sqrt(mp.fsum(x * x for x in v))


def gap(a, b):
    return [x - y for x, y in zip(a, b, strict=True)]


def dot(a, b):
    return mp.fsum(x * y for x, y in zip(a, b, strict=True))


def softplus(z):
    return mp.log(1 + mp.exp(z))


def circle(like, unlike, paces, margin, scale):
    """The weights come from outside: they are not differentiated."""
    of_like, of_unlike = paces
    pushed = mp.fsum(mp.exp(scale * w * (s - margin)) for w, s in zip(of_unlike, unlike, strict=True))
    pulled = mp.fsum(mp.exp(-scale * w * (s - 1 + margin)) for w, s in zip(of_like, like, strict=True))
    return mp.log(1 + pushed * pulled)


def kl(mean, log_variance):
    return mp.fsum(m * m + mp.exp(v) - 1 - v for m, v in zip(mean, log_variance, strict=True)) / 2


def decoder(y, decoded, scale):
    square = mp.fsum(x * x for x in gap(y, decoded)) / (2 * scale**2)
    return square + len(y) * (mp.log(scale) + mp.log(2 * mp.pi) / 2)


half, one = mp.mpf(1) / 2, mp.mpf(1)
rows = lambda *shape: RNG.normal(size=(N, *shape))
PAIR = {"first": rows(D), "second": rows(D)}
TRIPLE = {"anchor": rows(D), "positive": rows(D), "negative": rows(D)}
SCORES = {"real": 2 * rows(), "fake": 2 * rows()}
CODE = {"mean": rows(L), "log_variance": rows(L)}
DATA = {"y": rows(D), "decoded": rows(D)}
LABELS = {"y": RNG.integers(0, 2, N).astype(float)}
discriminator = lambda real, fake: softplus(-real) + softplus(fake)
#: name -> (the loss, its textbook formula of one row, arrays)
TEXTBOOK = {
    "contrastive": (
        losses.contrastive(2.5),
        lambda y, first, second: length(gap(first, second)) ** 2 / 2
        if y
        else max(mp.mpf(0), mp.mpf("2.5") - length(gap(first, second))) ** 2 / 2,
        LABELS | PAIR,
    ),
    "triplet": (
        losses.triplet(1.0),
        lambda anchor, positive, negative: max(
            mp.mpf(0), length(gap(anchor, positive)) - length(gap(anchor, negative)) + 1
        ),
        TRIPLE,
    ),
    "soft_triplet": (
        losses.soft_triplet,
        lambda anchor, positive, negative: softplus(length(gap(anchor, positive)) - length(gap(anchor, negative))),
        TRIPLE,
    ),
    "cosine_embedding": (
        losses.cosine_embedding(-0.25),
        lambda y, first, second: 1 - dot(first, second) / length(first) / length(second)
        if y
        else max(mp.mpf(0), dot(first, second) / length(first) / length(second) + mp.mpf("0.25")),
        LABELS | PAIR,
    ),
    "gan_minimax": (losses.gan_minimax, discriminator, SCORES),
    "gan_nonsaturating": (losses.gan_nonsaturating, discriminator, SCORES),
    "gan_wasserstein": (losses.gan_wasserstein, lambda real, fake: fake - real, SCORES),
    "gan_hinge": (
        losses.gan_hinge,
        lambda real, fake: max(mp.mpf(0), 1 - real) + max(mp.mpf(0), 1 + fake),
        SCORES,
    ),
    "gan_minimax_generator": (
        losses.gan_minimax.generator,
        lambda fake: mp.log(1 - 1 / (1 + mp.exp(-fake))),
        {"fake": 2 * rows()},
    ),
    "gan_nonsaturating_generator": (
        losses.gan_nonsaturating.generator,
        lambda fake: -mp.log(1 / (1 + mp.exp(-fake))),
        {"fake": 2 * rows()},
    ),
    "gan_wasserstein_generator": (losses.gan_wasserstein.generator, lambda fake: -fake, {"fake": rows()}),
    "gan_hinge_generator": (losses.gan_hinge.generator, lambda fake: -fake, {"fake": rows()}),
    "reconstruction": (losses.reconstruction(scale=0.5), lambda y, decoded: decoder(y, decoded, half), DATA),
    "vae_kl": (losses.vae_kl, kl, CODE),
    "elbo": (
        losses.elbo,
        lambda y, decoded, mean, log_variance: decoder(y, decoded, one) + kl(mean, log_variance),
        DATA | CODE,
    ),
    "beta_vae": (
        losses.beta_vae(4.0, scale=0.5),
        lambda y, decoded, mean, log_variance: decoder(y, decoded, half) + 4 * kl(mean, log_variance),
        DATA | CODE,
    ),
}  # fmt: skip


def exact(values):
    return [mp.mpf(float(v)) for v in values] if np.ndim(values) else mp.mpf(float(values))


def close(measured, true, tolerance=1e-13):
    return abs(mp.mpf(float(measured)) - true) <= tolerance * (mp.mpf("0.01") + abs(true))


def slopes(function, at, name):
    """Central differences with a step so small that 40 digits remain."""
    step = mp.mpf(10) ** -50
    many = isinstance(at[name], list)

    def moved(k, by):
        new = [x + by * (i == k) for i, x in enumerate(at[name])] if many else at[name] + by
        return function(**at | {name: new})

    found = [(moved(k, step) - moved(k, -step)) / (2 * step) for k in range(len(at[name]) if many else 1)]
    return found if many else found[0]


def test_every_loss_has_a_textbook_formula_here():
    assert set(TEXTBOOK) | {"circle"} == INPUTS


@pytest.mark.parametrize("name", TEXTBOOK)
def test_value_and_gradient_against_mpmath(name):
    loss, formula, arrays = TEXTBOOK[name]
    value, gradient = loss.value_and_gradient(**arrays)
    assert np.array_equal(value, loss(*arrays.values()))
    assert set(gradient) == set(loss.outputs)
    with mp.workdps(120):
        for i in range(N):
            at = {key: exact(array[i]) for key, array in arrays.items()}
            assert close(value[i], formula(**at))
            for key, slope in gradient.items():
                assert slope.shape == arrays[key].shape
                true = slopes(formula, at, key)
                pairs = zip(slope[i], true, strict=True) if isinstance(true, list) else [(slope[i], true)]
                assert all(close(a, b) for a, b in pairs)


def test_the_weights_of_the_circle_loss_are_not_differentiated():
    like, unlike = np.tanh(rows(4)), np.tanh(rows(2))
    loss = losses.circle(0.25, 8.0)
    value, gradient = loss.value_and_gradient(like, unlike)
    with mp.workdps(120):
        for i in range(N):
            at = {"like": exact(like[i]), "unlike": exact(unlike[i])}
            paces = (
                [max(mp.mpf(0), mp.mpf("1.25") - s) for s in at["like"]],
                [max(mp.mpf(0), s + mp.mpf("0.25")) for s in at["unlike"]],
            )
            formula = lambda like, unlike, paces=paces: circle(like, unlike, paces, mp.mpf("0.25"), 8)
            assert close(value[i], formula(**at))
            for key in at:
                assert all(close(a, b) for a, b in zip(gradient[key][i], slopes(formula, at, key), strict=True))
            if i == 0:  # the Hessian holds them still as well
                slope = lambda like, unlike, formula=formula: slopes(formula, {"like": like, "unlike": unlike}, "like")[
                    1
                ]
                true = slopes(slope, at, "unlike")
                assert all(
                    close(a, b) for a, b in zip(loss.hessian(like, unlike)["like", "unlike"][0, 1], true, strict=True)
                )


@pytest.mark.parametrize("name", TEXTBOOK)
def test_hessians_are_slopes_of_gradients(name):
    loss, _, arrays = TEXTBOOK[name]
    hessian = loss.hessian(**arrays)
    for second in loss.outputs:
        vector = arrays[second].ndim == 2
        for k in range(arrays[second].shape[1] if vector else 1):
            bump = np.zeros(arrays[second].shape)
            bump[(slice(None), k) if vector else slice(None)] = 1e-6
            up, down = (loss.gradient(**arrays | {second: arrays[second] + s * bump}) for s in (1, -1))
            for first in loss.outputs:
                block = hessian[first, second][..., k] if vector else hessian[first, second]
                assert np.allclose(block, (up[first] - down[first]) / 2e-6, rtol=1e-6, atol=1e-7)


# -- distance zero --------------------------------------------------------------------------------------------------


def test_equal_points_have_slope_zero():
    """The shortest subgradient of the length at 0; finite Hessians."""
    point = rows(D)
    for loss, arrays in [
        (losses.contrastive(1.0), (np.zeros(N), point, point)),
        (losses.contrastive(1.0), (np.ones(N), point, point)),
        (losses.triplet(0.5), (point, point, point)),
        (losses.soft_triplet, (point, point, point)),
    ]:
        value, gradient = loss.value_and_gradient(*arrays)
        assert np.isfinite(value).all()
        for slope in gradient.values():
            assert not slope.any()
        assert all(np.isfinite(block).all() for block in loss.hessian(*arrays).values())
    assert losses.triplet(0.5)(point, point, point).tolist() == [0.5] * N


@pytest.mark.parametrize("size", [1e-300, 1e-170, 1e160, 1e300])
def test_lengths_far_from_one(size):
    """Squares would leave the range, lengths do not."""
    anchor, positive, negative = np.zeros((1, 2)), np.array([[3.0, 4.0]]) * size, np.array([[0.0, 1.0]]) * size
    value, gradient = losses.triplet(0.0).value_and_gradient(anchor, positive, negative)
    assert value[0] == pytest.approx(4 * size, rel=1e-15)
    assert np.allclose(gradient["positive"], [[0.6, 0.8]], rtol=1e-15)
    cosine = losses.cosine_embedding(0.0)([1.0], positive, negative)
    assert cosine[0] == pytest.approx(0.2, rel=1e-14)


def test_close_directions_keep_their_digits():
    tiny = 1e-9
    value = losses.cosine_embedding(0.0)([1.0], [[1.0, 0.0]], [[1.0, tiny]])
    assert value[0] == pytest.approx(tiny**2 / 2, rel=1e-12)


def test_the_divergence_keeps_its_digits_near_its_minimum():
    value = losses.vae_kl([[1e-9]], [[-3e-9]])
    with mp.workdps(60):
        assert close(value[0], kl([mp.mpf(1e-9)], [mp.mpf(-3e-9)]) * 1, 1e-14)
        assert abs(mp.mpf(float(value[0])) / kl([mp.mpf(1e-9)], [mp.mpf(-3e-9)]) - 1) < 1e-14


# -- beta-NLL ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
def test_beta_nll_is_the_normal_with_its_gradient_weighted(beta):
    y, outputs = rows(), rows(2)
    noise = lk.derive(lk.Normal)
    weight = noise.parameters(outputs)["scale"] ** (2 * beta)
    value, gradient = losses.beta_nll(beta).value_and_gradient(y, outputs)
    plain = noise.value_and_gradient(y, outputs)
    assert np.allclose(value, weight * plain[0], rtol=1e-13)
    assert np.allclose(gradient, weight[:, None] * plain[1], rtol=1e-12)
    assert np.allclose(losses.beta_nll(beta).hessian(y, outputs), weight[:, None, None] * noise.hessian(y, outputs))
    if beta == 1:
        assert np.allclose(gradient[:, 0], outputs[:, 0] - y, rtol=1e-12)


# -- calls ------------------------------------------------------------------------------------------------------------


def test_weights_dtypes_and_names():
    arrays = [a.astype(np.float32) for a in TRIPLE.values()]
    value, gradient = losses.triplet(1.0).value_and_gradient(*arrays)
    assert value.dtype == gradient["anchor"].dtype == np.float32
    double = losses.triplet(1.0).value_and_gradient(**TRIPLE)
    assert np.allclose(value, double[0], rtol=1e-5)
    weights = RNG.gamma(1.0, size=N)
    weighted = losses.triplet(1.0).value_and_gradient(**TRIPLE, weights=weights)
    assert np.array_equal(weighted[0], weights * double[0])
    assert np.array_equal(weighted[1]["negative"], weights[:, None] * double[1]["negative"])
    assert losses.triplet(1.0)(negative=TRIPLE["negative"], anchor=TRIPLE["anchor"], positive=TRIPLE["positive"]).shape
    assert losses.gan_hinge([], []).shape == (0,)
    assert losses.elbo(scale=2.0) is losses.elbo(scale=2)
    assert repr(losses.elbo(scale=2.0)) == "losses.elbo(scale=2)"
    signed = losses.cosine_embedding(0.0)(2 * LABELS["y"] - 1, **PAIR)
    assert np.array_equal(signed, losses.cosine_embedding(0.0)(LABELS["y"], **PAIR))


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        (lambda a: losses.triplet(1.0)(a, a), lk.InputError, "needs negative"),
        (lambda a: losses.triplet(1.0)(a, a, a, a), lk.BindingError, "each once"),
        (lambda a: losses.triplet(1.0)(a, a, negativ=a), lk.UnknownNameError, "no input 'negativ'"),
        (lambda a: losses.triplet(1.0)(a, a, a[:, :2]), lk.ShapeError, r"negative has shape \(12, 2\)"),
        (lambda a: losses.triplet(1.0)(a, a[:4], a), lk.ShapeError, "positive has 4 rows, anchor has 12"),
        (lambda a: losses.triplet(1.0)(a[0], a, a), lk.ShapeError, r"anchor must have shape \(n, d\)"),
        (lambda a: losses.triplet(1.0)(a, a, a * np.nan), lk.InputError, r"negative\[0, 0\] = nan is not finite"),
        (lambda a: losses.triplet(1.0)(a, a, a, weights=[-1.0] * N), lk.InputError, "negative"),
        (lambda a: losses.contrastive(1.0)(a[:, 0], a, a), lk.SupportError, "labels 0 or 1"),
        (lambda a: losses.cosine_embedding(0.0)(LABELS["y"], a, 0 * a), lk.SupportError, "is all zeros"),
        (lambda a: losses.gan_hinge(a, a), lk.ShapeError, r"real must have shape \(n,\)"),
        (lambda a: losses.triplet(a, a, a), lk.BindingError, "settings first"),
        (lambda a: losses.triplet(-1.0), lk.BindingError, "margin"),
        (lambda a: losses.triplet(1.0).generator, lk.UnknownNameError, "no game"),
        (lambda a: losses.gan_hinge.curvature([0.0], [0.0], kind="fisher"), lk.DerivationError, "a distribution"),
        (lambda a: losses.gan_hinge.curvature([0.0], [0.0], kind="best"), lk.UnknownNameError, "Kinds: observed"),
        (lambda a: losses.triplet(1.0).xgboost(), lk.DerivationError, "one array of outputs"),
        (lambda a: losses.beta_nll(1.5), lk.BindingError, "from 0 to 1"),
    ],
)
def test_what_is_refused(wrong, error, words):
    with pytest.raises(error, match=words):
        wrong(TRIPLE["anchor"])


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_it_is_told_like_the_others(name):
    loss = (TEXTBOOK.get(name) or (losses.circle(0.25, 8.0),))[0]
    assert loss.derivation.check()
    text = str(lk.explain(loss))
    assert "no outcome" not in text
    assert "elicits" in text.splitlines()[-2] + text.splitlines()[-1] + text
    assert lk.derive(loss) is loss


def test_gauss_newton_is_what_bends_in_the_distances():
    rng = np.random.default_rng(8)
    anchor, near, far = rng.normal(size=(3, 30, 3))

    def way(a, b):
        return (a - b) / np.linalg.norm(a - b, axis=1)[:, None]

    gap = np.linalg.norm(anchor - near, axis=1) - np.linalg.norm(anchor - far, axis=1)
    found = losses.soft_triplet.curvature(anchor, near, far, kind="gauss-newton", weights=np.full(30, 2.0))
    bend = 2 / (2 + 2 * np.cosh(gap))[:, None]
    for name, slope in (("anchor", way(anchor, near) - way(anchor, far)), ("positive", way(near, anchor))):
        np.testing.assert_allclose(found[name], bend * slope**2, rtol=1e-12)
    y = np.arange(30.0) % 2
    pairs = losses.contrastive(2.0).curvature(y, near, far, kind="gauss-newton")["first"]
    reached = (y == 1) | (np.linalg.norm(near - far, axis=1) < 2)
    np.testing.assert_allclose(pairs, reached[:, None] * way(near, far) ** 2, rtol=1e-12)


@pytest.mark.parametrize("name", sorted(INPUTS))
def test_gauss_newton_of_every_loss(name):
    """Nothing for what is linear in a distance; all there is for numbers and sums over entries; not negative."""
    loss = instance(name)
    rows = named_rows(loss, 20)
    found, observed = (loss.curvature(**rows, kind=kind) for kind in ("gauss-newton", "observed"))
    for key, curve in found.items():
        assert curve.shape == observed[key].shape
        assert (curve >= 0).all() or name == "gan_minimax_generator"
        if name in {"triplet", "cosine_embedding"}:
            assert not curve.any()
        elif name not in {"contrastive", "soft_triplet", "circle"}:
            np.testing.assert_allclose(curve, observed[key], rtol=1e-13)

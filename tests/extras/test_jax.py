"""Losses on arrays of JAX: the digits of the NumPy engine, every way of differentiating, float32, training."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import optax
import pytest
from jax.test_util import check_grads
from tensors import BAR, LOSSES, NOISES, WRAPPERS, bar, call, native, ulps
from test_torch import DIFFERENTIATED, EXTREMES

import likelihoodkit as lk
from likelihoodkit.compile.jax import _expm1, _log1p, _operations, function
from likelihoodkit.compile.tensors.tower import tower_of
from likelihoodkit.errors import DerivationError, InputError, ShapeError, SupportError
from likelihoodkit.export.towers import tower

EVERY = (*NOISES, *WRAPPERS, *LOSSES)


@pytest.fixture(params=["float64", "float32"])
def dtype(request: pytest.FixtureRequest) -> Iterator[type]:
    """A float type, with JAX switched to it."""
    with jax.enable_x64(request.param == "float64"):
        yield np.dtype(request.param).type


@pytest.fixture
def wide() -> Iterator[None]:
    with jax.enable_x64(True):
        yield


@pytest.mark.parametrize("label", EVERY)
def test_value_and_gradient_by_autodiff_are_those_of_the_numpy_engine(label: str, dtype: type) -> None:
    loss, rows = call(label)
    y, outputs = rows.y.astype(dtype), jnp.array(rows.outputs.astype(dtype))
    keywords = {name: values.astype(dtype) for name, values in rows.keywords.items()}
    exact = {name: values.astype(float) for name, values in keywords.items()}
    value, gradient = loss.value_and_gradient(y.astype(float), np.asarray(outputs, dtype=float), **exact)

    def run(outputs: jax.Array) -> jax.Array:
        return loss(jnp.array(y), outputs, **{name: jnp.array(values) for name, values in keywords.items()})

    with jax.disable_jit():  # compiling each costs seconds; see below for jit
        found, pull = jax.vjp(run, outputs)
        (slope,) = pull(jnp.ones_like(found))
        both = loss.value_and_gradient(jnp.array(y), outputs, **{n: jnp.array(v) for n, v in keywords.items()})
    assert isinstance(found, jax.Array)
    assert found.dtype == slope.dtype == both[1].dtype == dtype
    if dtype is np.float32:  # computed in float64 there too, and rounded once
        np.testing.assert_allclose(found, value, rtol=2.5e-7)
        np.testing.assert_allclose(slope, gradient[:, : outputs.shape[1]].reshape(slope.shape), rtol=2.5e-7, atol=1e-12)
        np.testing.assert_allclose(both[1], gradient, rtol=2.5e-7, atol=1e-12)
        return
    most = bar(label) if tower(loss).vectors else BAR
    assert ulps(found, value) <= most
    assert ulps(slope, gradient[:, : outputs.shape[1]].reshape(slope.shape)) <= most
    assert ulps(both[0], value) <= most
    assert ulps(both[1], gradient) <= most


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("label", [label for label in EVERY if native(label)])
def test_operations_of_xla_have_the_digits_of_the_numpy_engine(label: str) -> None:
    """As within jit, vmap and on other devices, where NumPy takes no part."""
    loss, rows = call(label)
    value, gradient = loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords)
    names, given, nll = list(rows.keywords), list(map(jnp.array, rows.keywords.values())), loss.jax()

    def row(outputs: jax.Array, y: jax.Array, *given: jax.Array) -> jax.Array:
        return nll(y, outputs, **dict(zip(names, given, strict=True)))

    places = (0, 0, *[None if name == "shared" else 0 for name in names])
    with jax.disable_jit():  # compiling each costs seconds
        found, slope = jax.vmap(jax.value_and_grad(row), in_axes=places)(jnp.array(rows.outputs), rows.y, *given)
    assert ulps(found, value) <= bar(label)
    assert ulps(slope, gradient[:, : slope.shape[1]]) <= bar(label)


@pytest.mark.usefixtures("wide")
def test_what_is_not_traced_has_the_bits_of_the_numpy_engine() -> None:
    loss, rows = call("GeneralizedExtremeValue()")
    value, gradient = loss.value_and_gradient(rows.y, rows.outputs)
    found, slope = jax.vjp(lambda outputs: loss(jnp.array(rows.y), outputs), jnp.array(rows.outputs))
    np.testing.assert_array_equal(found, value)
    np.testing.assert_array_equal(slope(jnp.ones_like(found))[0], gradient)
    constant = jax.jit(lambda: loss.jax()(rows.y, rows.outputs))()
    np.testing.assert_allclose(constant, value, rtol=1e-14, atol=1e-14)


@pytest.mark.usefixtures("wide")
def test_what_is_compiled_keeps_two_constants_apart() -> None:
    """XLA takes (x + 1) - 1 for x: the logarithm of 1 + x and digamma around its root live on what that leaves."""
    x = np.concatenate([np.random.default_rng(5).lognormal(-8, 5, 2000), [0.0, 2.0**53, 1e300, -0.5, -1.0, np.inf]])
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(jax.jit(_log1p)(x), np.log1p(x), rtol=2.3e-16, atol=1e-307)
    x = np.concatenate([np.random.default_rng(6).normal(0, 1, 400), [0.0, 1e-300, -1e-17, 40.0, -40.0, 709.0, -np.inf]])
    np.testing.assert_allclose(jax.jit(_expm1)(x), np.expm1(x), rtol=2.3e-16)
    near = np.nextafter(1.4616321449683622, 2.0) + np.arange(-3, 4) * 2.3e-16
    with mpmath.workdps(30):
        expected = [float(mpmath.digamma(float(one))) for one in near]
    (found,) = jax.jit(function(tower_of("digamma")))(near)
    np.testing.assert_allclose(found, expected, rtol=1e-15)


#: places to which functions are compared with the truth, positive and negative
PLACES = [*np.random.default_rng(7).lognormal(-1, 2, 150), *np.linspace(0.34, 0.36, 50), 1e-9, 1e-17, 30.0, 700.0]


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("name", ["exp", "expm1", "log1p", "tanh", "sinh", "cosh", "arcsinh"])
def test_elementary_functions_are_right_to_the_last_bit_but_for_one_in_a_hundred(name: str) -> None:
    x = np.array([s * p for p in PLACES for s in (1.0, -1.0) if name != "log1p" or s * p > -1.0])
    found = np.asarray(jax.jit(_operations()[name])(jnp.asarray(x)))
    with mpmath.workdps(40):
        true = [getattr(mpmath, name.replace("arc", "a"))(mpmath.mpf(float(p))) for p in x]
        off = [float(abs(mpmath.mpf(float(f)) - t)) for f, t in zip(found, true, strict=True)]
    assert np.max(np.array(off) / np.spacing(np.abs([float(t) for t in true]))) < 0.6
    slope = jax.grad(lambda x: _operations()[name](x))(0.3)
    step = 1e-6
    assert slope == pytest.approx((getattr(np, name)(0.3 + step) - getattr(np, name)(0.3 - step)) / (2 * step), 1e-8)


#: without jit these take minutes to differentiate twice in all ways; torch does them
LONG = ("Beta()", "StudentT()", "NegativeBinomial()", "Censored(Normal)")
COMPILED = ("Normal()", "Bernoulli()", "Categorical()", "Mixture(Normal, components=2)", "losses.log_cosh")


@pytest.mark.parametrize("label", COMPILED)
def test_jit_grad_vmap_and_hessian(label: str, dtype: type) -> None:
    loss, rows = call(label)
    y, outputs = rows.y.astype(dtype), rows.outputs.astype(dtype)
    nll = loss.jax()
    each = jax.vmap(jax.grad(lambda outputs, y: nll(y, outputs)))
    rtol, atol = (1e-12, 1e-13) if dtype is np.float64 else (1e-5, 1e-6)
    np.testing.assert_allclose(jax.jit(nll)(y, outputs), loss(y, outputs), rtol=rtol)
    np.testing.assert_allclose(jax.jit(each)(outputs, y), loss.gradient(y, outputs), rtol=rtol, atol=atol)
    hessian = jax.vmap(jax.hessian(lambda outputs, y: nll(y, outputs)))(outputs, y)
    assert hessian.dtype == dtype
    np.testing.assert_allclose(hessian, loss.hessian(y, outputs), rtol=10 * rtol, atol=10 * atol)


@pytest.mark.usefixtures("wide")
@pytest.mark.parametrize("label", [label for label in DIFFERENTIATED if label not in LONG])
def test_every_way_of_differentiating(label: str) -> None:
    loss, rows = call(label)
    nll, y = loss.jax(), rows.y[:3]
    keywords = {name: jnp.array(values) for name, values in rows.keywords.items()}
    with jax.disable_jit():
        check_grads(lambda outputs: nll(y, outputs, **keywords), (jnp.array(rows.outputs[:3]),), order=2)


@pytest.mark.parametrize("name", list(EXTREMES))
def test_extremes_keep_their_digits(name: str, dtype: type) -> None:
    noise, y, outputs = EXTREMES[name]
    loss = lk.derive(noise)
    given = np.minimum(y, 1e30).astype(dtype) if dtype is np.float32 else np.array(y)
    wide = np.array(outputs, dtype=dtype)
    value, gradient = loss.value_and_gradient(given.astype(float), wide.astype(float))
    with jax.disable_jit():
        each = jax.vmap(jax.value_and_grad(lambda outputs, y: loss.jax()(y, outputs)))
        found, slope = each(jnp.array(wide), jnp.array(given))
    rtol = 1e-13 if dtype is np.float64 else 2.5e-7
    # XLA rounds subnormal numbers to 0
    tiny = np.finfo(dtype).tiny
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(found, value.astype(dtype), rtol=rtol, atol=tiny)
        np.testing.assert_allclose(slope, gradient.reshape(slope.shape).astype(dtype), rtol=rtol, atol=tiny)


# -- the function --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("wide")
def test_it_agrees_with_optax_where_optax_has_the_loss() -> None:
    rng = np.random.default_rng(3)
    logits, labels = rng.normal(size=(6, 4)), rng.integers(0, 4, 6)
    ours = lk.losses.softmax_cross_entropy.jax()
    theirs = optax.losses.softmax_cross_entropy_with_integer_labels
    np.testing.assert_allclose(ours(labels, logits), theirs(logits, labels), rtol=1e-14)
    # classes along another axis
    np.testing.assert_allclose(ours(labels, logits.T, axis=0), theirs(logits.T, labels, axis=0), rtol=1e-14)
    y, a = rng.normal(size=6), rng.normal(size=6)
    np.testing.assert_allclose(lk.losses.log_cosh.jax()(y, a), optax.losses.log_cosh(a, y), rtol=1e-12)
    np.testing.assert_allclose(lk.losses.huber(1.0).jax()(y, a), optax.losses.huber_loss(a, y), rtol=1e-14)


@pytest.mark.usefixtures("wide")
def test_rows_left_out_add_nothing() -> None:
    nll = lk.derive(lk.Gamma).jax()
    y, mask = jnp.array([1.0, -5.0, jnp.nan]), jnp.array([True, False, False])

    def total(outputs: jax.Array) -> jax.Array:
        return nll(y, outputs, where=mask).sum()

    outputs = jnp.array([[0.2, 0.1], [jnp.inf, 0.0], [0.0, jnp.nan]])
    value, gradient = jax.value_and_grad(total)(outputs)
    expected = lk.derive(lk.Gamma).value_and_gradient([1.0], [[0.2, 0.1]])
    np.testing.assert_allclose(value, expected[0][0], rtol=1e-14)
    np.testing.assert_allclose(gradient, [expected[1][0], [0, 0], [0, 0]], rtol=1e-13)


@pytest.mark.usefixtures("wide")
def test_rows_that_count_are_checked_where_others_are_left_out() -> None:
    nll = lk.derive(lk.Poisson).jax()
    y, mask = jnp.array([jnp.nan, 2.0, -3.0]), jnp.array([False, True, True])
    with pytest.raises(lk.SupportError, match=r"y\[2\] = -3"):
        nll(y, jnp.zeros(3), where=mask)
    np.testing.assert_array_equal(nll(y, jnp.zeros(3), where=jnp.zeros(3, bool)), np.zeros(3))


@pytest.mark.usefixtures("wide")
def test_outcomes_of_the_shape_of_outputs_lie_along_the_same_axis() -> None:
    logits, labels = np.array([[0.3, 1.0], [-0.2, 0.4], [2.0, 0.1]]), np.array([[0.2, 1.0], [0.3, 0.0], [0.5, 0.0]])
    nll = lk.losses.cross_entropy.jax()
    expected = optax.losses.softmax_cross_entropy(logits, labels, axis=0)
    np.testing.assert_allclose(nll(labels, logits, axis=0), expected, rtol=1e-14)
    np.testing.assert_allclose(nll(labels.T, logits.T), expected, rtol=1e-14)


@pytest.mark.usefixtures("wide")
def test_shared_weights_offsets_and_columns() -> None:
    loss = lk.derive(lk.Normal(scale=lk.shared))
    y, outputs, shared = np.array([0.5, 2.0]), np.array([0.1, 0.2]), {"scale": 0.7}
    found = loss.jax()(y, outputs, shared=shared, weights=[1.0, 2.0], offset=[0.5, 0.0])
    expected = loss(y, outputs, shared=shared, weights=[1.0, 2.0], offset=[0.5, 0.0])
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    slope = jax.grad(lambda shared: loss.jax()(y, outputs, shared=shared).sum())({"scale": jnp.array(0.7)})["scale"]
    np.testing.assert_allclose(slope, loss.gradient(y, outputs, shared=shared)[:, 1].sum(), rtol=1e-13)
    binomial = lk.derive(lk.Binomial)
    np.testing.assert_allclose(
        binomial.jax()(np.array([2.0]), np.array([0.3]), trials=5.0), binomial([2.0], [0.3], trials=[5.0]), rtol=1e-14
    )


def test_wrong_input_is_an_error() -> None:
    nll = lk.derive(lk.Poisson).jax()
    with pytest.raises(SupportError, match=r"y\[1\] = -1"):
        nll(jnp.array([1.0, -1.0]), jnp.zeros(2))
    with pytest.raises(ShapeError):
        jax.jit(nll)(jnp.ones(3), jnp.zeros(2))
    with pytest.raises(InputError, match="not finite"):
        lk.derive(lk.Poisson)(jnp.ones(1), jnp.array([jnp.nan]))
    with pytest.raises(InputError, match="out= and on_invalid="):
        lk.derive(lk.Poisson)(jnp.ones(1), jnp.ones(1), on_invalid="inf")


@pytest.mark.usefixtures("wide")
def test_what_the_host_computes_has_one_derivative() -> None:
    loss, rows = call("PlackettLuce()")
    nll, y = loss.jax(), jnp.array(rows.y)
    assert nll.host_primitives == ("plackett_luce",)
    gradient = jax.jit(jax.vmap(jax.grad(lambda outputs, y: nll(y, outputs))))(jnp.array(rows.outputs), y)
    np.testing.assert_allclose(gradient, loss.gradient(rows.y, rows.outputs), rtol=1e-13)
    with pytest.raises(DerivationError, match="no second derivatives"):
        jax.hessian(lambda outputs: nll(y, outputs).sum())(jnp.array(rows.outputs))


# -- training ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("wide")
def test_a_training_loop_reaches_the_maximum_likelihood() -> None:
    iris = lk.data.load("iris")
    X = np.column_stack([np.asarray(iris[name]) for name in ("sepal_length", "sepal_width")])
    X = np.column_stack([np.ones(len(X)), X - X.mean(axis=0)])
    y = np.asarray(iris["species"] == "virginica", dtype=float)
    nll = lk.derive(lk.Bernoulli).jax()
    solver = optax.lbfgs()

    def objective(weights: jax.Array) -> jax.Array:
        return nll(y, X @ weights).mean()

    @jax.jit
    def step(weights: jax.Array, state: object) -> tuple[jax.Array, object]:
        value, slope = optax.value_and_grad_from_state(objective)(weights, state=state)
        update, state = solver.update(slope, state, weights, value=value, grad=slope, value_fn=objective)
        return optax.apply_updates(weights, update), state

    weights = jnp.zeros(3)
    state = solver.init(weights)
    for _ in range(60):
        weights, state = step(weights, state)
    assert -float(objective(weights)) * len(y) == pytest.approx(lk.fit(lk.Bernoulli, y, X[:, 1:]).loglik, abs=1e-6)


HOSTED = """
import jax, jax.numpy as jnp, numpy as np
import likelihoodkit as lk
assert not jax.config.jax_enable_x64
outputs = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
y = np.arange(1.0, 10.0)
for noise, width in ((lk.Tweedie(power=1.5), 2), (lk.BetaBinomial(trials=12), 2), (lk.SkewT, 4)):
    loss, own = lk.derive(noise), outputs[:, :width]
    value, slope = jax.jit(jax.value_and_grad(lambda f: loss.jax()(jnp.asarray(y), f).sum()))(own)
    expected, gradient = loss.value_and_gradient(y, own)
    np.testing.assert_allclose(value, expected.sum(), rtol=1e-6)
    np.testing.assert_allclose(slope, gradient, rtol=1e-5, atol=1e-6)
"""


def test_what_the_host_computes_where_float64_is_off() -> None:
    """The thread of a callback does not know that the line around it is in float64: a process of its own shows it."""
    done = subprocess.run([sys.executable, "-c", HOSTED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_is_wrong_while_it_is_traced_is_no_number_or_an_error() -> None:
    traced = jax.jit(lk.derive(lk.Categorical).jax())
    found = np.asarray(traced(np.array([1.0, 2.0, -1.0, 0.5]), np.zeros((4, 2))))
    np.testing.assert_array_equal(np.isnan(found), [False, True, True, True])
    with pytest.raises(ShapeError, match=r"y must have 1 column\(s\) to match outputs, not 5"):
        jax.jit(lk.derive(lk.MultivariateNormal).jax())(np.zeros((4, 5)), np.zeros((4, 2)))

"""Losses on tensors of torch: the digits of the NumPy engine, every way of differentiating, torch.compile, training."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from tensors import BAR, LOSSES, NOISES, WRAPPERS, bar, call, native, ulps

import likelihoodkit as lk
from likelihoodkit.errors import DerivationError, InputError, ShapeError, SupportError, UnknownNameError

#: torch.func loads its own rules for forward mode through what torch itself has deprecated
#: and its compiler makes an instance of every autograd Function that it meets
pytestmark = [
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.*should not be instantiated:DeprecationWarning"),
]

EVERY = (*NOISES, *WRAPPERS, *LOSSES)


def tensors(keywords: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(values) for name, values in keywords.items()}


@pytest.mark.parametrize("label", EVERY)
def test_value_and_gradient_by_autograd_are_those_of_the_numpy_engine(label: str) -> None:
    loss, rows = call(label)
    value, gradient = loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords)
    y, outputs = torch.tensor(rows.y), torch.tensor(rows.outputs, requires_grad=True)
    found = loss(y, outputs, **tensors(rows.keywords))
    assert isinstance(found, torch.Tensor)
    (slope,) = torch.autograd.grad(found.sum(), outputs)
    assert ulps(found.detach(), value) <= BAR
    assert ulps(slope, gradient[:, : outputs.shape[1]].reshape(slope.shape)) <= BAR
    both = loss.value_and_gradient(y, outputs.detach(), **tensors(rows.keywords))
    assert ulps(both[0], value) <= BAR
    assert ulps(both[1], gradient) <= BAR


@pytest.mark.parametrize("label", [label for label in EVERY if native(label)])
def test_operations_of_torch_itself_have_the_digits_of_the_numpy_engine(label: str) -> None:
    """As on other devices and within transforms, where NumPy takes no part."""
    loss, rows = call(label)
    value, gradient = loss.value_and_gradient(rows.y, rows.outputs, **rows.keywords)
    names, given = list(rows.keywords), [torch.tensor(values) for values in rows.keywords.values()]
    module = loss.torch(reduction="none")

    def row(outputs: torch.Tensor, y: torch.Tensor, *given: torch.Tensor) -> torch.Tensor:
        return module.functional(y, outputs, **dict(zip(names, given, strict=True)))

    places = (0, 0, *[None if name == "shared" else 0 for name in names])
    each = torch.func.vmap(torch.func.grad_and_value(row), in_dims=places)
    slope, found = each(torch.tensor(rows.outputs), torch.tensor(rows.y), *given)
    assert ulps(found, value) <= bar(label)
    assert ulps(slope, gradient[:, : slope.shape[1]]) <= bar(label)


#: what NumPy computes on the host: entries of vectors that mix, sums of as many terms as the data say, integrals
HOSTED = {
    "Ordered", "MultivariateNormal", "MultivariateT", "PlackettLuce", "VonMisesFisher", "LinearChain", "Alignment",
    "SkewT", "BoxCoxT", "BetaBinomial", "Tweedie", "ConwayMaxwellPoisson", "Dirichlet",
    "DirichletMultinomial", "sequence_cross_entropy", "ctc", "crf",
}  # fmt: skip


def test_everything_else_is_native() -> None:
    hosted = {label.removeprefix("losses.").partition("(")[0] for label in EVERY if not native(label)}
    assert hosted <= HOSTED
    assert len(NOISES) + len(WRAPPERS) + len(LOSSES) > 150  # which is not to become a claim about few


DIFFERENTIATED = (
    "Normal()", "StudentT()", "Bernoulli()", "Categorical()", "Gamma()", "NegativeBinomial()", "Beta()", "VonMises()",
    "Gumbel()", "Cauchy()", "Normal(scale=shared(links.softplus))", "Mixture(Normal, components=2)",
    "Censored(Normal)", "losses.log_cosh", "losses.multiclass_focal(gamma=1)",
)  # fmt: skip


@pytest.mark.parametrize("label", DIFFERENTIATED)
def test_every_way_of_differentiating(label: str) -> None:
    loss, rows = call(label)
    keywords = tensors(rows.keywords)
    y, outputs = torch.tensor(rows.y[:4]), torch.tensor(rows.outputs[:4], requires_grad=True)

    def total(outputs: torch.Tensor) -> torch.Tensor:
        return loss(y, outputs, **keywords)

    assert torch.autograd.gradcheck(total, (outputs,), check_forward_ad=True, check_batched_grad=True)
    assert torch.autograd.gradgradcheck(total, (outputs,))


@pytest.mark.parametrize("label", DIFFERENTIATED)
def test_torch_func(label: str) -> None:
    loss, rows = call(label)
    keywords = tensors(rows.keywords)
    y, outputs = torch.tensor(rows.y), torch.tensor(rows.outputs)
    width = outputs.shape[1]
    module = loss.torch(reduction="none")

    def row(outputs: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return module.functional(y, outputs, **keywords)

    gradient = torch.func.vmap(torch.func.grad(row))(outputs, y)
    assert ulps(gradient, loss.gradient(rows.y, rows.outputs, **rows.keywords)[:, :width]) <= 8
    hessian = torch.func.vmap(torch.func.hessian(row))(outputs, y)
    expected = loss.hessian(rows.y, rows.outputs, **rows.keywords)[:, :width, :width]
    np.testing.assert_allclose(hessian, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize(
    "noise", [lk.InverseGamma(shape="sigmoid"), lk.Weibull(shape="square"), lk.Gamma(mean="shifted_exp")], ids=repr
)
def test_second_derivatives_behind_another_link(noise: lk.Bound) -> None:
    """They were refused, or derived anew without what the Hessian of the loss has of their digits."""
    loss = lk.derive(noise)
    outputs = torch.tensor([[0.3, 0.2], [1.2, -0.7], [0.0, 0.5]], dtype=torch.float64, requires_grad=True)
    y = torch.tensor([1.5, 0.4, 1.0], dtype=torch.float64)
    (slopes,) = torch.autograd.grad(loss(y, outputs).sum(), outputs, create_graph=True)
    rows = [torch.autograd.grad(slopes[:, k].sum(), outputs, retain_graph=True)[0] for k in range(2)]
    expected = loss.hessian(y.numpy(), outputs.detach().numpy())
    np.testing.assert_allclose(torch.stack(rows, 1), expected, rtol=1e-14)


@pytest.mark.parametrize("rows", [7, 5000])
def test_transforms_of_a_network_leave_the_outcome_as_it_is(rows: int) -> None:
    """``torch.func.grad`` over parameters, the outcome being of the world outside: what `functional_call` is for."""
    network, module = torch.nn.Linear(3, 2).double(), lk.derive(lk.Normal).torch()
    X, y = torch.randn(rows, 3, dtype=torch.float64), torch.randn(rows, dtype=torch.float64)
    parameters = dict(network.named_parameters())

    def total(parameters: dict[str, torch.Tensor]) -> torch.Tensor:
        return module(torch.func.functional_call(network, parameters, (X,)), y)

    total(parameters).backward()
    plain = {name: value.detach() for name, value in parameters.items()}
    for found in (torch.func.grad(total)(plain), torch.func.jacfwd(total)(plain)):
        for name, value in parameters.items():
            torch.testing.assert_close(found[name], value.grad, rtol=1e-12, atol=1e-12)
    pushed, along = torch.func.jvp(total, (plain,), ({name: torch.ones_like(v) for name, v in plain.items()},))
    torch.testing.assert_close(pushed, total(plain))
    torch.testing.assert_close(along, sum(value.grad.sum() for value in parameters.values()))


EXTREMES = {
    "certain": (lk.Bernoulli, [0.0, 1.0, 1.0, 0.0], [[40.0], [40.0], [1000.0], [-1000.0]]),
    "wrong": (lk.Bernoulli, [1.0, 0.0], [[-1000.0], [1000.0]]),
    "narrow": (lk.Normal, [0.0, 1e-300], [[0.0, -800.0], [0.0, -700.0]]),
    "hardly a number": (lk.Normal, [1.0, 0.0], [[0.0, -745.0], [0.0, -745.0]]),
    "far": (lk.Normal, [1e150, -1e8], [[0.0, 0.0], [0.0, 5.0]]),
    "almost normal": (lk.StudentT, [2.0, -300.0], [[0.0, 0.0, 1e12], [1.0, 2.0, 1e8]]),
    "heavy": (lk.StudentT, [1e200, 3.0], [[0.0, 0.0, -30.0], [0.0, 0.0, -700.0]]),
    "classes": (lk.Categorical, [0.0, 1.0], [[1000.0, 0.0, -1000.0], [1000.0, 0.0, -1000.0]]),
    "counts": (lk.NegativeBinomial, [3.0, 0.0, 1e6], [[1.0, -60.0], [-300.0, 0.0], [13.0, -36.0]]),
    "rates": (lk.Poisson, [0.0, 1e9], [[-800.0], [20.7]]),
}


@pytest.mark.parametrize("name", list(EXTREMES))
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_extremes_keep_their_digits_through_autograd(name: str, dtype: torch.dtype) -> None:
    noise, y, outputs = EXTREMES[name]
    loss = lk.derive(noise)
    if dtype == torch.float32 and np.abs(y).max() > 1e38:
        y = [1e30] * len(y)
    given, wide = torch.tensor(y, dtype=dtype), torch.tensor(outputs, dtype=dtype, requires_grad=True)
    value, gradient = loss.value_and_gradient(given.double().numpy(), wide.detach().double().numpy())
    found = loss(given, wide)
    assert found.dtype == dtype
    (slope,) = torch.autograd.grad(found.sum(), wide)
    rtol = 1e-13 if dtype == torch.float64 else 2e-7
    with np.errstate(over="ignore"):
        kind = np.float64 if dtype == torch.float64 else np.float32
        np.testing.assert_allclose(found.detach().numpy(), value.astype(kind), rtol=rtol)
        np.testing.assert_allclose(slope.numpy(), gradient.reshape(slope.shape).astype(kind), rtol=rtol)


def test_a_certain_class_against_the_truth() -> None:
    logit = torch.tensor([40.0], dtype=torch.float64, requires_grad=True)
    value = lk.derive(lk.Bernoulli)(torch.tensor([1.0]), logit)
    value.sum().backward()
    with mpmath.workdps(30):
        assert value.item() == pytest.approx(float(mpmath.log1p(mpmath.exp(-40))), rel=1e-15)
        assert logit.grad is not None
        assert logit.grad.item() == pytest.approx(float(-1 / (1 + mpmath.exp(40))), rel=1e-15)


@pytest.mark.slow
@pytest.mark.parametrize("label", ["Normal()", "Bernoulli()", "Categorical()", "StudentT()", "losses.huber(delta=1)"])
def test_torch_compile_of_the_whole_graph(label: str) -> None:
    loss, rows = call(label)
    module = loss.torch(reduction="sum")
    torch._dynamo.reset()
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    y, outputs = torch.tensor(rows.y), torch.tensor(rows.outputs, requires_grad=True)
    found = compiled(outputs, y)
    (slope,) = torch.autograd.grad(found, outputs)
    np.testing.assert_allclose(found.item(), loss(rows.y, rows.outputs).sum(), rtol=1e-14)
    assert ulps(slope, loss.gradient(rows.y, rows.outputs)) <= 8


def test_losses_of_other_widths_are_compiled_one_after_the_other() -> None:
    torch._dynamo.reset()  # of graphs of one text, this module's, torch keeps eight
    rng = np.random.default_rng(1)
    several = torch.compile(lk.derive(lk.Categorical).torch(reduction="none"), fullgraph=True, backend="eager")
    for noise, width in ((lk.Gamma, 2), (lk.StudentT, 3), (lk.Categorical, 3), (lk.Categorical, 4)):
        loss, y, outputs = lk.derive(noise), np.ones(7), rng.normal(size=(7, width))
        alone = torch.compile(loss.torch(reduction="none"), fullgraph=True, backend="eager")
        compiled = several if noise is lk.Categorical else alone
        places = torch.tensor(outputs, requires_grad=True)
        found = compiled(places, torch.tensor(y))
        found.sum().backward()
        np.testing.assert_allclose(found.detach(), loss(y, outputs), rtol=1e-13)
        assert places.grad is not None
        np.testing.assert_allclose(places.grad, loss.gradient(y, outputs), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("noise", "width"), [(lk.Poisson, 1), (lk.Bernoulli, 1), (lk.Normal, 2), (lk.Categorical, 3)])
def test_a_compiled_loss_need_not_be_differentiated(noise: Any, width: int) -> None:
    torch._dynamo.reset()
    loss, y, outputs = lk.derive(noise), np.ones(7), np.random.default_rng(2).normal(size=(7, width))
    compiled = torch.compile(loss.torch(reduction="none"), fullgraph=True, backend="eager")
    np.testing.assert_allclose(compiled(torch.tensor(outputs), torch.tensor(y)), loss(y, outputs), rtol=1e-13)


@pytest.mark.slow
def test_inductor_fuses_it() -> None:
    loss, rows = call("Bernoulli()")
    torch._dynamo.reset()
    compiled = torch.compile(loss.torch(), fullgraph=True)
    y, outputs = torch.tensor(rows.y), torch.tensor(rows.outputs, requires_grad=True)
    compiled(outputs, y).backward()
    assert outputs.grad is not None
    assert ulps(outputs.grad * len(y), loss.gradient(rows.y, rows.outputs)) <= 8


# -- the module ----------------------------------------------------------------------------------------------------


def test_reductions_weights_and_dtypes() -> None:
    loss = lk.derive(lk.Normal)
    y, outputs = torch.tensor([0.0, 1.0]), torch.zeros(2, 2)
    each = loss.torch(reduction="none")(outputs, y)
    assert each.dtype == torch.float32
    assert loss.torch(reduction="sum")(outputs, y) == pytest.approx(each.sum().item())
    assert loss.torch()(outputs, y) == pytest.approx(each.mean().item())
    weights = torch.tensor([1.0, 3.0])
    expected = ((each * weights).sum() / 4).item()
    assert loss.torch()(outputs, y, weights=weights).item() == pytest.approx(expected)
    assert loss.torch(weights=weights)(outputs, y).item() == pytest.approx(expected)
    assert loss.torch()(outputs.half(), y.half()).dtype == torch.float32
    assert loss.torch()(outputs.double(), y).dtype == torch.float64
    with pytest.raises(UnknownNameError, match="no reduction is called 'average'"):
        loss.torch(reduction="average")


def test_the_shape_of_the_batch_is_free() -> None:
    loss = lk.derive(lk.Normal)
    rng = np.random.default_rng(0)
    y, outputs = rng.normal(size=(3, 4)), rng.normal(size=(3, 4, 2))
    found = loss(torch.tensor(y), torch.tensor(outputs))
    np.testing.assert_allclose(found, loss(y.ravel(), outputs.reshape(12, 2)).reshape(3, 4), rtol=1e-15)
    one = lk.derive(lk.Poisson)(torch.tensor(2.0), torch.tensor(0.5))
    assert one.shape == ()


@pytest.mark.parametrize("noise", [lk.Normal, lk.Poisson, lk.Gamma])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("count", [50, 6000])
def test_batches_give_the_bits_of_the_numpy_engine_and_second_derivatives(
    noise: type, dtype: torch.dtype, count: int
) -> None:
    loss = lk.derive(noise)
    rng = np.random.default_rng(0)
    y, outputs = torch.tensor(rng.poisson(3, count) + 1, dtype=dtype), rng.normal(size=(count, len(loss.outputs)))
    wide = torch.tensor(outputs, dtype=dtype, requires_grad=True)
    value, gradient = loss.value_and_gradient(y.numpy(), wide.detach().numpy())
    found = loss(y, wide)
    np.testing.assert_array_equal(found.detach().numpy(), value)
    (slope,) = torch.autograd.grad(found.sum(), wide, create_graph=True)
    np.testing.assert_allclose(slope.detach().numpy(), gradient, rtol=1e-12 if dtype == torch.float64 else 2e-7)
    (bend,) = torch.autograd.grad(slope[:, 0].sum(), wide)
    expected = loss.hessian(y.numpy(), wide.detach().numpy())[:, 0]
    np.testing.assert_allclose(bend.numpy(), expected, rtol=1e-10 if dtype == torch.float64 else 1e-5)
    each = torch.func.vmap(torch.func.grad(lambda o, y: loss.torch().functional(y, o)))(wide.detach(), y)
    np.testing.assert_allclose(each.numpy(), gradient, rtol=1e-12 if dtype == torch.float64 else 2e-7, atol=1e-14)


def test_shared_parameters_are_learnt() -> None:
    module = lk.derive(lk.Normal(scale=lk.shared)).torch(initial={"scale": 1.0})
    assert [name for name, _ in module.named_parameters()] == ["shared.scale"]
    y = torch.tensor([-3.0, 3.0])
    module(torch.zeros(2), y).backward()
    assert module.shared["scale"].grad is not None
    expected = module.loss.gradient(y.numpy(), np.zeros(2), shared=[1.0])[:, 1].mean()
    assert module.shared["scale"].grad.item() == pytest.approx(expected, rel=1e-6)
    assert not list(lk.derive(lk.Normal).torch().parameters())
    with pytest.raises(UnknownNameError):
        lk.derive(lk.Normal).torch(initial={"scale": 1.0})


def test_offset_and_columns_per_row() -> None:
    loss = lk.derive(lk.Binomial)
    y, outputs, trials, offset = np.array([2.0, 3.0]), np.zeros((2, 1)), np.array([4.0, 5.0]), np.array([0.5, -1.0])
    found = loss(torch.tensor(y), torch.tensor(outputs), offset=torch.tensor(offset), trials=torch.tensor(trials))
    np.testing.assert_allclose(found, loss(y, outputs, offset=offset, trials=trials), rtol=1e-15)


def test_wrong_input_is_an_error() -> None:
    loss = lk.derive(lk.Poisson)
    with pytest.raises(SupportError, match=r"y\[1\] = -1"):
        loss.torch()(torch.zeros(2), torch.tensor([1.0, -1.0]))
    with pytest.raises(InputError, match="not finite"):
        loss(torch.tensor([1.0]), torch.tensor([torch.nan]))
    with pytest.raises(ShapeError):
        lk.derive(lk.Normal).torch()(torch.zeros(2, 3), torch.zeros(2))
    with pytest.raises(ShapeError, match="do not fit"):
        loss.torch()(torch.zeros(3), torch.tensor([1.0, 2.0]))
    with pytest.raises(InputError, match=r"\(outputs, y\)"):
        lk.derive(lk.Normal(scale=1)).torch()(torch.zeros(2), torch.zeros(2, requires_grad=True))
    with pytest.raises(UnknownNameError, match="takes no column"):
        loss.torch()(torch.zeros(1), torch.ones(1), trials=torch.ones(1))
    with pytest.raises(InputError, match="needs trials"):
        lk.derive(lk.Binomial).torch()(torch.zeros(1), torch.ones(1))


def test_an_outcome_may_be_differentiated_where_it_can() -> None:
    y = torch.tensor([0.3, 2.0], dtype=torch.float64, requires_grad=True)
    outputs = torch.tensor([[0.0, 0.5], [1.0, -1.0]], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda y: lk.derive(lk.Normal)(y, outputs), (y,))
    with pytest.raises(DerivationError, match="no derivative in y"):
        lk.derive(lk.NegativeBinomial)(torch.tensor([3.0], requires_grad=True), outputs[:1]).sum().backward()


def test_what_the_host_computes_has_one_derivative() -> None:
    loss, rows = call("PlackettLuce()")
    assert loss.torch().host_primitives == ("plackett_luce",)
    outputs = torch.tensor(rows.outputs, requires_grad=True)
    (slope,) = torch.autograd.grad(loss(torch.tensor(rows.y), outputs).sum(), outputs, create_graph=True)
    with pytest.raises(DerivationError, match="no second derivatives"):
        slope.sum().backward()


# -- training ------------------------------------------------------------------------------------------------------


def learn(module: torch.nn.Module, X: np.ndarray, y: np.ndarray, width: int) -> float:
    """The log-likelihood that a linear model reaches in a loop of torch."""
    model = torch.nn.Linear(X.shape[1], width, dtype=torch.float64)
    module.double()
    every = [*model.parameters(), *module.parameters()]
    optimiser = torch.optim.LBFGS(every, max_iter=400, line_search_fn="strong_wolfe", tolerance_grad=1e-9)
    features, target = torch.tensor(X), torch.tensor(y)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        value = module(model(features), target)
        value.backward()
        return value

    for _ in range(10):
        optimiser.step(closure)
    return -closure().item() * len(y)


def test_a_training_loop_reaches_the_maximum_likelihood_of_amounts() -> None:
    engel = lk.data.load("engel")
    X, y = np.log(engel["income"])[:, None] - 6.5, np.asarray(engel["food"]) / 100
    loss = lk.derive(lk.Gamma(shape=lk.shared))
    torch.manual_seed(0)
    assert learn(loss.torch(), X, y, 1) == pytest.approx(lk.fit(lk.Gamma, y, X).loglik, abs=1e-6)


def test_a_training_loop_reaches_the_maximum_likelihood_of_counts() -> None:
    kicks = lk.data.load("horsekicks")
    X, y = (np.asarray(kicks["year"], dtype=float)[:, None] - 1884) / 10, np.asarray(kicks["deaths"], dtype=float)
    torch.manual_seed(0)
    found = learn(lk.derive(lk.Poisson).torch(), X, y, 1)
    assert found == pytest.approx(lk.fit(lk.Poisson, y, X).loglik, abs=1e-6)

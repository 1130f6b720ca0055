"""Declaring and binding: what a class body gives, and every way of writing it wrongly."""

from __future__ import annotations

import pytest
import sympy as sp
from hypothesis import given, strategies as st

import likelihoodkit as lk
from likelihoodkit import links
from likelihoodkit.declaration import Bound, Distribution, Held, NamedLoss, as_bound, held, outcome, parameter
from likelihoodkit.errors import BindingError, DeclarationError, UnknownNameError
from likelihoodkit.families import FAMILIES
from likelihoodkit.primitives.words import exp, log
from likelihoodkit.supports import classes, counts, counts_up_to, positive, real, simplex, unit


class Rayleigh(Distribution):
    """Written as a user would."""

    y = outcome(positive)
    scale = parameter(positive, link=links.exp)

    z = y / scale
    log_density = log(y) - 2 * log(scale) - z**2 / 2
    expectation = scale * lk.sqrt(lk.pi / 2)
    mode = scale
    cdf = -lk.expm1(-(z**2) / 2)
    fisher = {("scale", "scale"): 4 / scale**2}  # noqa: RUF012


def test_a_class_body_becomes_facts() -> None:
    assert repr(Rayleigh) == "Rayleigh"
    assert list(Rayleigh.parameters) == ["scale"]
    row = Rayleigh.parameters["scale"]
    assert (row.name, row.domain, row.link) == ("scale", positive, links.exp)
    assert Rayleigh.outcome.domain is positive
    y, scale = Rayleigh.outcome.symbol, row.symbol
    assert (str(y), str(scale)) == ("y", "scale")
    assert y.is_positive
    assert scale.is_positive
    assert Rayleigh.formula == Rayleigh.log_density == sp.log(y) - 2 * sp.log(scale) - (y / scale) ** 2 / 2
    assert Rayleigh.mode == scale
    assert Rayleigh.fisher["scale", "scale"] == 4 / scale**2
    assert Rayleigh.y == y


def test_whole_numbers_are_a_fact_of_the_support_and_not_of_the_symbol() -> None:
    for family in FAMILIES.values():
        for row in (family.outcome, *family.parameters.values()):
            assert row.symbol.is_integer is None
            assert row.symbol.is_real


def test_numbers_become_exact() -> None:
    class Tenth(Distribution):
        """A float in the formula."""

        y = outcome(real)
        mean = parameter(real, link="identity")
        log_density = -0.1 * (y - mean) ** 2 - log(10 * lk.pi) / 2

    assert not Tenth.formula.atoms(sp.Float)
    assert sp.Rational(1, 10) in Tenth.formula.atoms(sp.Rational) or sp.Rational(-1, 10) in Tenth.formula.atoms(
        sp.Rational
    )


def test_a_name_may_be_given_twice_to_one_value() -> None:
    assert lk.Normal.expectation == lk.Normal.mode == lk.Normal.parameters["mean"].symbol
    assert list(lk.Normal.parameters) == ["mean", "scale"]


# -- written wrongly -----------------------------------------------------------------------------------------------


def declare(**body: object) -> type[Distribution]:
    """A class statement from a dict, in order."""
    namespace = type(Distribution).__prepare__("Wrong", (Distribution,))
    for name, value in {"__doc__": "Wrong.", "__module__": __name__, **body}.items():
        namespace[name] = value
    return type(Distribution)("Wrong", (Distribution,), namespace)


def test_declare_can_declare() -> None:
    y, mean = outcome(real), parameter(real, link="identity")
    assert declare(y=y, mean=mean, log_density=-((y - mean) ** 2)).__name__ == "Wrong"


def test_a_stray_symbol() -> None:
    y = outcome(real)
    with pytest.raises(
        DeclarationError, match=r"Wrong.log_density mentions sigma, which the class does not declare. Declared are y"
    ):
        declare(y=y, log_density=-(y**2) / sp.Symbol("sigma"))
    with pytest.raises(DeclarationError, match=r"Wrong.variance mentions sigma"):
        declare(y=y, log_density=-(y**2), variance=sp.Symbol("sigma"))


def test_a_parameter_of_another_family() -> None:
    y = outcome(real)
    stranger = parameter(real, link="identity")
    with pytest.raises(DeclarationError, match=r"mentions a parameter which the class does not declare by a name"):
        declare(y=y, log_density=-((y - stranger) ** 2))


def test_no_log_density() -> None:
    with pytest.raises(DeclarationError, match=r"Wrong declares no log_density. Write log_density = ..."):
        declare(y=outcome(real))


def test_no_outcome_or_two() -> None:
    mean = parameter(real, link="identity")
    with pytest.raises(DeclarationError, match=r"Wrong declares 0 outcomes; exactly one outcome"):
        declare(mean=mean, log_density=mean)
    with pytest.raises(DeclarationError, match=r"Wrong declares 2 outcomes"):
        declare(y=outcome(real), x=outcome(real), log_density=1)


def test_a_link_whose_range_does_not_fit() -> None:
    with pytest.raises(
        DeclarationError, match=r"the link 'identity' gives real numbers, which do not fit the domain 'positive'"
    ):
        parameter(positive, link=links.identity)
    with pytest.raises(DeclarationError, match=r"'exp' gives positive amounts, which do not fit the domain 'unit'"):
        parameter(unit, link="exp")
    with pytest.raises(
        UnknownNameError,
        match=r"no link is called 'logg'. Links that fit here: sigmoid, probit, cloglog, loglog, cauchit$",
    ):
        parameter(unit, link="logg")


def test_a_name_that_shadows_another() -> None:
    with pytest.raises(
        DeclarationError, match=r"the name 'scale' is already a parameter of this family and is assigned again. Give"
    ):

        class Shadow(Distribution):
            y = outcome(real)
            scale = parameter(positive, link="exp")
            scale = y / scale
            log_density = scale


@pytest.mark.parametrize("name", ["mode", "cdf", "variance", "parameters", "outcome", "family", "limit"])
def test_a_parameter_named_like_a_formula(name: str) -> None:
    y, p = outcome(real), parameter(real, link="identity")
    with pytest.raises(DeclarationError, match=rf"Wrong names a parameter '{name}', which shadows a formula"):
        declare(**{"y": y, name: p, "log_density": y})


def test_not_a_support_not_a_formula() -> None:
    with pytest.raises(DeclarationError, match=r"takes a support such as real or positive, not 'real'"):
        outcome("real")  # type: ignore[arg-type]
    with pytest.raises(DeclarationError, match=r"takes a support such as real or positive"):
        parameter(float, link="exp")  # type: ignore[arg-type]
    with pytest.raises(
        DeclarationError, match=r"Wrong.log_density is not a formula: a formula is made of numbers and expressions"
    ):
        declare(y=outcome(real), log_density="y**2")
    with pytest.raises(
        DeclarationError, match=r"Wrong.log_density is not a formula: a formula is made of numbers and expressions"
    ):
        declare(y=outcome(real), log_density=lambda y: y)


def test_a_bound_that_nobody_declares() -> None:
    with pytest.raises(DeclarationError, match=r"Wrong.y is bounded by 'tries', which is not declared"):
        declare(y=outcome(counts_up_to("tries")), log_density=0)


def test_families_are_final_and_have_no_instances() -> None:
    with pytest.raises(DeclarationError, match=r"Mine derives from Normal, which is final"):

        class Mine(lk.Normal):  # type: ignore[misc, name-defined]
            pass

    assert isinstance(lk.Normal(), Bound)


# -- binding -------------------------------------------------------------------------------------------------------


def test_numbers_links_names_and_shared() -> None:
    assert lk.Normal().outputs == ("mean", "scale")
    assert lk.Normal(scale=2).outputs == ("mean",)
    assert lk.Normal(scale=2).held == {"scale": sp.Integer(2)}
    assert lk.Normal(scale=0.1).held == {"scale": sp.Rational(1, 10)}
    assert lk.Normal(scale="exp") == lk.Normal(scale=links.exp) != lk.Normal()
    assert lk.Normal(scale=lk.shared).shared == ("scale",)
    assert lk.Normal(scale=lk.shared) == lk.Normal(scale=lk.shared("softplus")) != lk.Normal(scale=lk.shared("exp"))
    assert lk.Binomial().inputs == ("trials",)
    assert lk.Binomial(trials=3).inputs == ()
    assert hash(lk.Normal(scale=2)) == hash(lk.Normal(scale=2.0))
    assert as_bound(lk.Normal) == lk.Normal()


@pytest.mark.parametrize(
    ("bindings", "message"),
    [
        ({"scale": -1}, r"Normal.scale must be one of the positive amounts, not -1"),
        ({"scale": 0}, r"Normal.scale must be one of the positive amounts, not 0"),
        ({"scale": float("nan")}, r"Normal.scale must be one of the positive amounts, not nan"),
        ({"scale": float("inf")}, r"Normal.scale must be one of the positive amounts, not inf"),
        ({"scale": "identity"}, r"the link 'identity' gives real numbers, which do not fit Normal.scale \(positive"),
        ({"scale": lk.shared("identity")}, r"the link 'identity' gives real numbers"),
        ({"scale": [1, 2]}, r"Normal.scale takes a number, a link or lk.shared, not \[1, 2\]"),
        ({"scale": True}, r"Normal.scale takes a number, a link or lk.shared, not True"),
        ({"scale": None}, r"Normal.scale takes a number, a link or lk.shared, not None"),
        ({"scale": 1 + 2j}, r"Normal.scale takes a number, a link or lk.shared, not \(1\+2j\)"),
    ],
)
def test_binding_wrongly(bindings: dict[str, object], message: str) -> None:
    with pytest.raises(BindingError, match=message) as caught:
        lk.Normal(**bindings)
    assert caught.value.family == "Normal"
    assert caught.value.parameter == "scale"


def test_binding_what_does_not_exist_or_is_held() -> None:
    with pytest.raises(UnknownNameError, match=r"Normal has no parameter 'sigma'. Its parameters are mean, scale"):
        lk.Normal(sigma=1)
    with pytest.raises(UnknownNameError, match=r"no link is called 'loglo'"):
        lk.Normal(scale="loglo")
    with pytest.raises(BindingError, match=r"Binomial.trials is held and cannot be predicted"):
        lk.Binomial(trials="exp")
    with pytest.raises(BindingError, match=r"Binomial.trials is held: give it a number"):
        lk.Binomial(trials=lk.shared)
    with pytest.raises(BindingError, match=r"Binomial.trials must be one of the counts"):
        lk.Binomial(trials=2.5)
    with pytest.raises(BindingError, match=r"AsymmetricLaplace.level must be one of the proportions"):
        lk.AsymmetricLaplace(level=1)


@pytest.mark.parametrize("thing", [3, "Normal", None, Distribution, NamedLoss, [lk.Normal]])
def test_what_is_no_noise(thing: object) -> None:
    with pytest.raises(BindingError, match=r"expected a noise family such as lk.Normal or lk.Normal\(scale=1\)"):
        lk.derive(thing)


def test_text_is_told_where_it_is_read() -> None:
    with pytest.raises(BindingError, match=r"not 'abs\(y - a\)'. Text is read by .*parse_formula"):
        lk.reverse("abs(y - a)")


@given(st.floats(1e-300, 1e300))
def test_any_positive_number_can_be_held(scale: float) -> None:
    bound = lk.Normal(scale=scale)
    assert float(bound.held["scale"]) == scale
    assert dict(bound.bindings)["scale"] == Held(bound.held["scale"])
    assert bound == lk.Normal(scale=scale)


def test_a_family_of_classes_and_a_held_setting() -> None:
    class Flat(Distribution):
        """Takes no prediction at all."""

        y = outcome(counts)
        rate = held(positive)
        log_density = y * log(rate) - rate - lk.log_factorial(y)

    assert Flat().inputs == ("rate",)
    assert Flat(rate=2).outputs == ()
    assert lk.Categorical().outputs == ("probabilities",)
    assert lk.Categorical.outcome.domain is classes
    assert lk.Categorical.parameters["probabilities"].domain is simplex
    assert Flat(rate=2).family.formula.has(sp.log)
    assert exp(0) == 1


def test_a_parameter_without_a_link_is_told_which_fit() -> None:
    with pytest.raises(DeclarationError, match=r"needs a link.*parameter\(positive, link=.*softplus"):
        lk.parameter(lk.positive)

"""Links: symbolic both ways, round trips in mpmath, ranges, finding by name."""

from __future__ import annotations

import copy
import pickle

import mpmath
import numpy as np
import pytest
import sympy as sp

from likelihoodkit import links, supports
from likelihoodkit.compile import Runner, compile_program
from likelihoodkit.errors import UnknownNameError
from likelihoodkit.links import LINKS
from likelihoodkit.numbers import evaluate
from likelihoodkit.primitives import VectorSymbol, lower

f = sp.Symbol("f", real=True)
SCALAR = [link for link in LINKS.values() if not link.range.vector and not link.columns]
PLACES = [-7.25, -1.5, -0.125, 0.25, 1.0, 2.75, 8.5]


def at(expression: sp.Expr, value: object) -> mpmath.mpf:
    return evaluate(lower(expression), {f: mpmath.mpf(value)})


@pytest.mark.parametrize("link", SCALAR, ids=str)
def test_forward_undoes_inverse(link: links.Link) -> None:
    """link(inverse(f)) = f, or for links that fold the line inverse(link(theta)) = theta."""
    with mpmath.workdps(50):
        for place in PLACES:
            theta = at(link.inverse(f), place)
            back = at(link.forward(f), theta)
            if link.one_to_one:
                assert abs(back - mpmath.mpf(place)) < mpmath.mpf(10) ** -40
            assert abs(at(link.inverse(f), back) - theta) < mpmath.mpf(10) ** -40


@pytest.mark.parametrize("link", SCALAR, ids=str)
def test_a_link_keeps_to_its_range(link: links.Link) -> None:
    with mpmath.workdps(50):
        for place in PLACES:
            theta = np.array([float(at(link.inverse(f), place))])
            assert not link.range.outside(theta).any()
    if link.range.circular:
        assert abs(theta) <= np.pi


@pytest.mark.parametrize("link", SCALAR, ids=str)
def test_a_link_is_an_expression_and_computes(link: links.Link) -> None:
    expression = link(f)
    assert isinstance(expression, sp.Expr)
    assert expression == link.inverse(f)
    place = np.empty(len(PLACES))
    Runner(compile_program({"t": expression})).run({"f": np.array(PLACES)}, {"t": place}, len(PLACES))
    with mpmath.workdps(40):
        true = [float(at(expression, v)) for v in PLACES]
    np.testing.assert_allclose(place, true, rtol=4e-15)


def test_softmax_goes_to_the_simplex_and_back_up_to_a_constant() -> None:
    v = VectorSymbol("v", real=True)
    logits = [mpmath.mpf(u) for u in (1, -2, 0.5)]
    with mpmath.workdps(40):
        p = evaluate(lower(links.softmax(v)), {v: logits})
        assert abs(mpmath.fsum(p) - 1) < 1e-38
        back = evaluate(lower(links.softmax.forward(v)), {v: p})
        gaps = [u - w for u, w in zip(back, logits, strict=True)]
        assert max(gaps) - min(gaps) < 1e-37
        assert evaluate(links.vector(v), {v: logits}) == evaluate(links.vector.forward(v), {v: logits}) == logits


RANGES = {
    "identity": "real", "exp": "positive", "softplus": "positive", "sigmoid": "unit", "softmax": "simplex",
    "tanh": "correlation", "square": "positive", "angle": "circle", "shifted_exp": "above_one", "vector": "real_vector",
    "cholesky": "triangle", "isotropic": "triangle", "diagonal": "triangle", "unit": "sphere",
    "ordered": "cutpoints", "angle2": "circle",
}  # fmt: skip


def test_every_link_declares_its_range() -> None:
    assert {name: link.range for name, link in LINKS.items()} == {
        name: getattr(supports, support) for name, support in RANGES.items()
    }


#: links of numbers serve each entry of a vector
ENTRYWISE = {"identity", "exp", "softplus", "sigmoid", "tanh", "square", "shifted_exp"}
FITS = {
    "real": {"identity", "exp", "softplus", "sigmoid", "tanh", "square", "shifted_exp"},
    "positive": {"exp", "softplus", "sigmoid", "square", "shifted_exp"},
    "nonnegative": {"exp", "softplus", "sigmoid", "square", "shifted_exp"},
    "unit": {"sigmoid"},
    "correlation": {"tanh", "sigmoid"},
    "above_one": {"shifted_exp"},
    "circle": {"angle", "angle2"},
    "simplex": {"softmax"},
    "real_vector": {"softmax", "vector", "unit", "ordered", *ENTRYWISE},
    "vectors": {"softmax", "vector", "unit", "ordered", *ENTRYWISE},
    "cutpoints": {"ordered"},
    "triangle": {"cholesky", "isotropic", "diagonal"},
    "counts": set(),
    "classes": set(),
}


@pytest.mark.parametrize("domain", FITS)
def test_which_links_fit_a_domain(domain: str) -> None:
    support = getattr(supports, domain)
    assert {name for name, link in LINKS.items() if link.fits(support)} == FITS[domain]


def test_links_go_by_name() -> None:
    assert links.find("exp") is links.exp
    assert links.find(links.exp) is links.exp
    with pytest.raises(UnknownNameError, match=r"no link is called 'expo'. Links that fit here: .*softplus") as caught:
        links.find("expo", supports.positive)
    assert caught.value.value == "expo"
    assert "identity" not in str(caught.value)
    assert isinstance(caught.value, KeyError)


def test_links_can_be_stored() -> None:
    for link in LINKS.values():
        assert pickle.loads(pickle.dumps(link)) is copy.deepcopy(link) is link
        assert repr(link) == f"links.{link.name}"

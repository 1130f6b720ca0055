"""Reading a noise or a loss from text, such as ``Normal(scale=1)`` or ``pinball(0.9)``.

The text is parsed to a syntax tree and walked; nothing in it is ever evaluated. A name must be that of a registered
family, wrapper or named loss, an argument a number, a text (the name of a link), ``None``, ``shared`` or
``shared("link")``, or a list of these; wrappers take noises too, as in ``Censored(Mixture(Weibull, components=2))``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from inspect import signature
from typing import Any

from likelihoodkit.declaration import shared
from likelihoodkit.errors import InputError, LikelihoodKitError, UnknownNameError
from likelihoodkit.loading.names import meant

LONGEST = 1000
#: what each wrapper is given, as an example
WRAPPERS = {
    "Censored": "Censored(Normal)",
    "Discretised": "Discretised(Gamma)",
    "Hurdle": "Hurdle(Poisson)",
    "Independent": "Independent(Normal, 2)",
    "Joint": "Joint(height=Normal, weight=Gamma)",
    "Mislabelled": "Mislabelled(Bernoulli, 0.1)",
    "Mixture": "Mixture(Normal, components=2)",
    "Transformed": "Transformed(Normal, log)",
    "Truncated": "Truncated(Normal, low=0)",
    "ZeroInflated": "ZeroInflated(Poisson)",
    "ZeroOneInflated": "ZeroOneInflated(Beta)",
}


def parse(text: str) -> Any:
    """The family, bound family or named loss that ``text`` names.

    Raises `InputError` for anything that is not a name or one call, `UnknownNameError` for an unknown name, and
    `BindingError` where the call does not fit the family.

    >>> parse("Normal(scale=1)")
    Normal(scale=1)
    >>> parse("losses.huber(1.345)")
    losses.huber(delta=1.345)
    >>> parse("Truncated(Gamma(shape=2), low=1)")
    Truncated(Gamma(shape=2), low=1)
    >>> parse("__import__('os').getpid()")
    Traceback (most recent call last):
        ...
    likelihoodkit.errors.InputError: cannot read "__import__('os').getpid()". Write a family or a named loss, as in
    Normal(scale=1) or pinball(0.9)
    """
    return _made(text, _named)


def parse_family(text: str) -> Any:
    """As `parse`, but only a noise will do.

    >>> parse_family("Laplace")
    Laplace
    """
    return _made(text, _family)


def declared(name: str) -> Any:
    """The class behind the name of a family or a loss.

    >>> declared("huber").formula_name
    'loss'
    """
    from likelihoodkit import losses

    found = _named(name)
    return losses.declaration(name) if name in losses.names() else found


def _made(text: str, find: Callable[[str], Any]) -> Any:
    if len(text) > LONGEST:
        raise InputError(f"the text has {len(text)} characters; {LONGEST} are the most")
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # what ast.parse raises for text that is no Python
        raise _unreadable(text) from None
    return _built(node, text, find)


def _built(node: ast.expr, text: str, find: Callable[[str], Any]) -> Any:
    if not isinstance(node, ast.Call):
        return find(_name(node, text))
    name = _name(node.func, text)
    wraps = name in WRAPPERS
    target = _wrapper(name) if wraps else find(name)
    read = _inner if wraps else _value
    arguments = [read(argument, text) for argument in node.args]
    keywords = {}
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg in keywords:
            raise _unreadable(text)
        keywords[keyword.arg] = read(keyword.value, text)
    if wraps:
        try:
            signature(target).bind(*arguments, **keywords)
        except TypeError as problem:
            raise InputError(f"{name}: {problem}", value=text) from None
        return target(*arguments, **keywords)
    if arguments and not _takes_positions(target):
        raise InputError(
            f"{text!r} gives a number without a name", value=text, remedy=f"Name it, as in {_example(target)}"
        )
    return target(*arguments, **keywords) if arguments or keywords else target


def _unreadable(text: str) -> InputError:
    return InputError(
        f'cannot read "{text}"',
        value=text,
        remedy="Write a family or a named loss, as in Normal(scale=1) or pinball(0.9)",
    )


def _name(node: ast.expr, text: str) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {"lk", "losses"}:
        return node.attr
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and isinstance(node.value.value, ast.Name)
        and (node.value.value.id, node.value.attr) == ("lk", "losses")
    ):
        return node.attr
    raise _unreadable(text)


def _inner(node: ast.expr, text: str) -> Any:
    """An argument of a wrapper: a noise, several of them, the name of a scale, or what a family takes."""
    if isinstance(node, ast.List):
        return [_inner(entry, text) for entry in node.elts]
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Name | ast.Attribute) and (name := _name(called, text)) != "shared":
        scale = None if isinstance(node, ast.Call) else _scale(name)
        return _built(node, text, _named) if scale is None else scale
    return _value(node, text)


def _value(node: ast.expr, text: str) -> Any:
    plain = isinstance(node, ast.Constant) and not isinstance(node.value, bool | bytes | complex)
    if isinstance(node, ast.Constant) and plain and node.value is not Ellipsis:
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        number = _value(node.operand, text)
        if isinstance(number, int | float):
            return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.List):
        return [_value(entry, text) for entry in node.elts]
    if isinstance(node, ast.Name | ast.Attribute) and _name(node, text) == "shared":
        return shared
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords and _name(node.func, text) == "shared":
        link = _value(node.args[0], text)
        if isinstance(link, str):
            return shared(link)
    raise _unreadable(text)


def _wrapper(name: str) -> Any:
    from likelihoodkit import wrappers

    return getattr(wrappers, name)


def _scale(name: str) -> Any:
    from likelihoodkit.wrappers.seen import SCALES

    return next((scale for scale in SCALES if scale.__name__ == name), None)


def _family(name: str) -> Any:
    from likelihoodkit.families import FAMILIES

    if name not in FAMILIES:
        raise _unknown(name, "family", list(FAMILIES))
    return FAMILIES[name]


def _named(name: str) -> Any:
    from likelihoodkit import losses
    from likelihoodkit.families import FAMILIES

    if name in FAMILIES:
        return FAMILIES[name]
    if name in losses.names():
        return getattr(losses, name)
    raise _unknown(name, "family or loss", [*FAMILIES, *losses.names()])


def _unknown(name: str, kind: str, known: list[str]) -> LikelihoodKitError:
    if name in WRAPPERS:
        return InputError(f"{name} wraps a noise", value=name, remedy=f"Say which, as in {WRAPPERS[name]}")
    remedy = meant(name, (*known, *WRAPPERS)) or "`likelihoodkit list` names all of them"
    return UnknownNameError(f"there is no {kind} {name!r}", value=name, remedy=remedy)


def _takes_positions(target: Any) -> bool:
    from likelihoodkit.losses._catalogue import Unset

    return isinstance(target, Unset)


def _example(target: Any) -> str:
    from likelihoodkit.declaration import as_bound
    from likelihoodkit.loss import Loss

    if isinstance(target, Loss):
        return f'{target.name}(link="identity")'
    bound = as_bound(target)
    return f"{bound.name}({next(iter(bound.family.parameters))}=1)"

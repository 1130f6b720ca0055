"""How a declared loss becomes an entry of the catalogue: a `Loss` that can be called, or one that wants settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit import links, supports
from likelihoodkit.compile.split import Prepared
from likelihoodkit.declaration import Bound, InputsLoss, NamedLoss, bind
from likelihoodkit.errors import BindingError, InputError, SupportError, UnknownNameError
from likelihoodkit.links import Link
from likelihoodkit.loss import Loss
from likelihoodkit.losses._conventions import documented
from likelihoodkit.rows import Rows, as_real
from likelihoodkit.supports import Support

#: the output itself as a positive parameter; `CatalogueLoss` checks that it is one
BARE = replace(links.identity, range=supports.positive)


@dataclass(frozen=True)
class SignedLabels(Support):
    """Binary labels in either spelling, {0, 1} or {-1, +1}; formulas are written for 0 and 1."""

    either_sign: ClassVar[bool] = True

    def recode(self, y: ArrayLike, family: str) -> NDArray[Any]:
        """Labels -1 and +1 as 0 and 1; labels 0 and 1 as they are; both spellings at once are refused."""
        array = as_real(y, "y", family)
        minus = array == -1
        if not minus.any():
            return array
        zero = array == 0
        if zero.any():
            index = int(np.argmax(zero.ravel()))
            raise SupportError(
                f"{family}: y mixes the labels 0 and -1, first at y[{index}] = 0",
                family=family,
                index=index,
                value=0.0,
                remedy="Use either 0 and 1 or -1 and +1 for all rows",
            )
        return np.where(minus, array.dtype.type(0), array)


labels = SignedLabels(
    "labels",
    "labels 0 and 1 (or -1 and +1)",
    low=0.0,
    high=1.0,
    closed_low=True,
    closed_high=True,
    whole=True,
    classes=2,
    typical=(0, 1),
    remedy="Recode the two classes as 0 and 1, or as -1 and +1",
)


class CatalogueLoss(Loss):
    """A named loss with all its settings: called with ``(y, outputs)`` it is evaluated.

    Called with ``link=`` alone it is the same loss read through another link; ``link="identity"`` takes the bare
    prediction, which for a loss of positive predictions must then be positive (`SupportError` if it is not).

    >>> from likelihoodkit import losses
    >>> losses.squared_error([1.0, 2.0], [0.0, 2.0])
    array([1., 0.])
    >>> losses.poisson_deviance(link="identity")([0.0], [3.0])
    array([6.])
    """

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound)
        self.__doc__ = documented(bound.family.__name__, bound.family.__doc__)

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.bound, self._engine, self._threads)

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The loss of each row, shape (n,); without arrays, the loss with other bindings (see the class)."""
        if arguments or not _rebinds(self.bound, keywords):
            return super().__call__(*arguments, **keywords)
        decided: dict[str, Any] = {name: how for name, how in self.bound.bindings if isinstance(how, Link)}
        return entry(self.bound.family, {**decided, **self.bound.held, **keywords})

    def __repr__(self) -> str:
        return f"losses.{_words(self.bound)}"

    def prepare(self, y: ArrayLike) -> Prepared:
        """See `Loss.prepare`; signed labels are recoded first."""
        return super().prepare(self._recoded(y))

    def _recoded(self, y: ArrayLike) -> ArrayLike:
        domain = self.bound.family.outcome.domain
        return domain.recode(y, self.name) if isinstance(domain, SignedLabels) else y

    def _read(
        self, y: ArrayLike | None, outputs: ArrayLike, *arguments: Any, by_tile: bool = False, **more: Any
    ) -> Rows:
        if y is not None and not isinstance(y, Prepared):
            y = self._recoded(y)
        bare = any(how == BARE for _, how in self.bound.bindings)  # asked below about all rows at once
        rows = super()._read(y, outputs, *arguments, by_tile=by_tile and not bare, **more)
        for name, how in self.bound.bindings:
            if how == BARE:
                values = rows.inputs[self._reader.places.outputs[name].name]
                remedy = "Give the bare prediction, or leave out link= to predict its logarithm"
                BARE.range.check(values, family=self.name, what="outputs", remedy=remedy)
        return rows


def _rebinds(bound: Bound, keywords: Mapping[str, Any]) -> bool:
    return all(name == "link" or name in bound.family.parameters for name in keywords)


def _words(bound: Bound) -> str:
    inside = [word for word in repr(bound).partition("(")[2].removesuffix(")").split(", ") if word]
    return f"{bound.name}({', '.join(inside)})" if inside else bound.name


@dataclass(frozen=True, repr=False)
class Unset:
    """A named loss that wants its settings first; calling it with them gives a `CatalogueLoss`.

    ``alternatives`` maps the name of an optional further setting to the declaration that has it.

    >>> from likelihoodkit import losses
    >>> losses.huber
    losses.huber(delta)
    >>> losses.huber(1.0)([3.0], [0.0])
    array([2.5])
    >>> losses.huber(delta=1) is losses.huber(1.0)
    True
    """

    declaration: type[NamedLoss]
    alternatives: tuple[tuple[str, type[NamedLoss]], ...] = ()

    def __post_init__(self) -> None:
        text = documented(self.declaration.__name__, self.declaration.__doc__)
        object.__setattr__(self, "__doc__", text)  # that of the loss, as `help` and notebooks show it

    @property
    def name(self) -> str:
        """The name in the catalogue."""
        return self.declaration.__name__

    @property
    def settings(self) -> tuple[str, ...]:
        """Names of the settings it cannot do without, in order."""
        return settings_of(self.declaration)

    def __call__(self, *arguments: Any, **keywords: Any) -> CatalogueLoss:
        """The loss with these settings, by position or by name."""
        names = (*self.settings, *(name for name, _ in self.alternatives))
        example = f"lk.losses.{self.name}({', '.join(self.settings)})(y, outputs)"
        given = {**dict(zip(names, arguments, strict=False)), **keywords}
        for name, value in given.items():
            row = self.declaration.parameters.get(name)
            if np.ndim(value) > 0 and (row is None or not row.domain.vector or np.ndim(value) > 2):
                raise BindingError(f"{self.name} wants its settings first", family=self.name, remedy=f"Write {example}")
        if len(arguments) > len(names) or set(names[: len(arguments)]) & set(keywords):
            raise BindingError(
                f"{self.name} takes the settings {', '.join(names)}, each once",
                family=self.name,
                remedy=f"Write {example}",
            )
        chosen = given
        declaration = self.declaration
        for name, other in self.alternatives:
            if chosen.get(name) is None:
                chosen.pop(name, None)
            else:
                declaration = other
        missing = [name for name in self.settings if name not in chosen]
        if missing:
            raise InputError(
                f"{self.name} needs {', '.join(missing)}",
                family=self.name,
                parameter=missing[0],
                remedy=f"Write {example}",
            )
        return entry(declaration, chosen)

    def __repr__(self) -> str:
        optional = [f"{name}=None" for name, _ in self.alternatives]
        return f"losses.{self.name}({', '.join([*self.settings, *optional])})"


def settings_of(declaration: type[NamedLoss]) -> tuple[str, ...]:
    """Names of the held parameters of a loss that the user has to give."""
    return tuple(
        name
        for name, row in declaration.parameters.items()
        if row.link is None and row.default is None and row.domain.name != supports.class_count.name
    )


def entry(declaration: Any, bindings: Mapping[str, Any]) -> CatalogueLoss:
    """The loss of a declaration with these bindings; ``link`` names the one predicted parameter."""
    chosen = dict(bindings)
    if "link" in chosen:
        predicted = [name for name, row in declaration.parameters.items() if row.link is not None]
        chosen[predicted[0]] = chosen.pop("link")
    for name, value in chosen.items():
        row = declaration.parameters.get(name)
        wants_bare = value in ("identity", links.identity) if isinstance(value, str | Link) else False
        if wants_bare and row is not None and row.domain == supports.positive:
            chosen[name] = BARE
    unknown = [name for name in chosen if name not in declaration.parameters]
    if unknown:
        raise UnknownNameError(
            f"{declaration.__name__} has no setting {unknown[0]!r}",
            family=declaration.__name__,
            parameter=unknown[0],
            remedy=f"It has {', '.join((*settings_of(declaration), 'link'))}",
        )
    return _made(bind(declaration, chosen))


@cache
def _made(bound: Bound) -> CatalogueLoss:
    if issubclass(bound.family, InputsLoss):
        from likelihoodkit.losses._inputs import NamedInputs

        return NamedInputs(bound)
    return CatalogueLoss(bound)


def _again(bound: Bound, engine: str, threads: int) -> CatalogueLoss:
    return _made(bound).compile(engine, threads=threads)

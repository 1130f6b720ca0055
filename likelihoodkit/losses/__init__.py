"""The catalogue of named losses, each a short declaration in one of the chapters.

`regression` a real prediction · `positive` a positive one · `binary` two classes · `classes` K classes ·
`between` distributions · `pairs` and triples · `sequences` · `generative` models.

``losses.NAME`` without settings is itself a `Loss`; with settings it is called first, by position or by name:

>>> from likelihoodkit import losses
>>> losses.absolute_error([1.0, 2.0], [1.5, 0.0])
array([0.5, 2. ])
>>> losses.pinball(0.9)([1.0, 2.0], [1.5, 0.0])
array([0.05, 1.8 ])
>>> losses.gamma_deviance(link="identity").gradient([2.0], [1.0])
array([-2.])

Losses of several arrays name them and answer by name (`likelihoodkit.losses._inputs.NamedInputs`):

>>> losses.triplet(1.0)(anchor=[[0.0, 0.0]], positive=[[3.0, 4.0]], negative=[[0.0, 2.0]])
array([4.])
>>> losses.gan_hinge.generator.gradient([0.25])
{'fake': array([-1.])}
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from likelihoodkit.loading.names import meant

if TYPE_CHECKING:
    from likelihoodkit.declaration import NamedLoss

#: chapter -> its losses, in the order of a textbook
CHAPTERS: dict[str, tuple[str, ...]] = {
    "regression": (
        "squared_error", "absolute_error", "huber", "smooth_l1", "pseudo_huber", "log_cosh", "pinball", "expectile",
        "cauchy", "epsilon_insensitive", "tukey", "welsch", "geman_mcclure", "linex", "circular_distance",
        "quantile_huber", "barron", "absolute_percentage_error", "cosine_distance",
    ),
    "positive": (
        "squared_log_error", "poisson_deviance", "gamma_deviance", "inverse_gaussian_deviance", "tweedie_deviance",
    ),
    "binary": (
        "binary_cross_entropy", "hinge", "squared_hinge", "exponential", "brier", "savage", "focal",
        "weighted_cross_entropy", "label_smoothed_binary", "asymmetric", "poly1", "generalized_cross_entropy",
    ),
    "classes": (
        "categorical_cross_entropy", "sparse_categorical_cross_entropy", "softmax_cross_entropy", "label_smoothing",
        "temperature", "class_weighted", "prior_shifted", "multiclass_focal", "symmetric_cross_entropy",
        "forward_corrected", "multiclass_hinge",
    ),
    "between": ("cross_entropy", "kl_divergence", "reverse_kl", "jensen_shannon"),
    "pairs": ("contrastive", "triplet", "soft_triplet", "cosine_embedding", "circle", "info_nce"),
    "sequences": ("sequence_cross_entropy", "ctc", "crf", "expected_edit_distance"),
    "generative": (
        "gan_minimax", "gan_minimax_generator", "gan_nonsaturating", "gan_nonsaturating_generator", "gan_wasserstein",
        "gan_wasserstein_generator", "gan_hinge", "gan_hinge_generator", "reconstruction", "vae_kl", "elbo", "beta_vae",
        "beta_nll",
    ),
}  # fmt: skip
_CHAPTER_OF = {name: chapter for chapter, names in CHAPTERS.items() for name in names}
#: an optional setting that chooses another declaration
_ALTERNATIVES = {"focal": (("alpha", "balanced_focal"),)}


def names() -> tuple[str, ...]:
    """Names of all losses, in the order of the chapters."""
    return tuple(_CHAPTER_OF)


def declaration(name: str) -> type[NamedLoss]:
    """The class that declares a loss; `UnknownNameError` lists those that exist."""
    chapter = _CHAPTER_OF.get(name)
    if chapter is None:
        from likelihoodkit.errors import UnknownNameError

        raise UnknownNameError(f"there is no loss {name!r}", value=name, remedy=f"Known: {', '.join(names())}")
    return getattr(import_module(f"likelihoodkit.losses.{chapter}"), name)  # type: ignore[no-any-return]


#: what some losses take beside them
_HELPERS = {"edit_distance": "_edit", "edit_distances": "_edit", "gradient_penalty": "_penalty"}
#: losses made of noises, and their formulas
_HELPERS |= {"kl": "_bounds", "evidence_bound": "_bounds", "kl_formula": "_divergence", "kl_pairs": "_divergence"}


def __getattr__(name: str) -> Any:
    if name in _HELPERS:
        return getattr(import_module(f"likelihoodkit.losses.{_HELPERS[name]}"), name)
    if name not in _CHAPTER_OF:
        near = "" if name.startswith("_") else meant(name, [*_CHAPTER_OF, *_HELPERS])
        raise AttributeError(
            f"module 'likelihoodkit.losses' has no attribute {name!r}" + (f". {near}" if near else "")
        )
    from likelihoodkit.losses._catalogue import Unset, entry, settings_of

    declared = declaration(name)
    if not settings_of(declared):
        return entry(declared, {})
    chapter = import_module(f"likelihoodkit.losses.{_CHAPTER_OF[name]}")
    others = tuple((setting, getattr(chapter, other)) for setting, other in _ALTERNATIVES.get(name, ()))
    return Unset(declared, others)


def __dir__() -> list[str]:
    return sorted([*globals(), *names(), *_HELPERS])


@dataclass(frozen=True)
class Row:
    """One line of the catalogue."""

    name: str
    chapter: str
    settings: tuple[str, ...]
    outcome: str
    prediction: str
    link: str
    summary: str


@dataclass(frozen=True)
class Table:
    """The catalogue as rows; prints as a table, ``to_json`` gives plain data."""

    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def to_json(self) -> list[dict[str, Any]]:
        """One dictionary per loss."""
        return [asdict(row) for row in self.rows]

    def __str__(self) -> str:
        lines: list[str] = []
        width = max(len(_call(row)) for row in self.rows)
        for chapter in CHAPTERS:
            lines.append(chapter)
            lines += [f"  {_call(row):<{width}}  {row.summary}" for row in self.rows if row.chapter == chapter]
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        head = "| loss | outcome | output | link | what it is |\n|---|---|---|---|---|"
        body = [
            f"| {_call(r)} | {r.outcome} | {r.prediction} | {r.link} | {r.summary.replace('|', chr(92) + '|')} |"
            for r in self
        ]
        return "\n".join([head, *body])


def _call(row: Row) -> str:
    return f"{row.name}({', '.join(row.settings)})" if row.settings else row.name


def catalogue() -> Table:
    """All named losses as a table.

    >>> [row.name for row in catalogue() if row.chapter == "classes"][-1]
    'multiclass_hinge'
    """
    from likelihoodkit.losses._catalogue import settings_of

    rows = []
    for name, chapter in _CHAPTER_OF.items():
        declared = declaration(name)
        predicted = next(row for row in declared.parameters.values() if row.link is not None)
        link = predicted.link.name if predicted.link else ""
        summary = (declared.__doc__ or "").strip().splitlines()[0].rstrip(".")
        on = declared.outcome.domain.words
        rows.append(Row(name, chapter, settings_of(declared), on, predicted.name, link, summary))
    return Table(tuple(rows))

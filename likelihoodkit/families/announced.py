"""Families whose file is not read yet: what a kept loss needs to know of them, as plain data.

The outcome and the parameters with their supports and links are enough to bind a family and to read the arrays of a
call. `told` writes them down, `heard` reads them back equal; formulas are not among them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from likelihoodkit import supports
from likelihoodkit.declaration.binding import Parameter
from likelihoodkit.links import LINKS
from likelihoodkit.supports import Support

#: supports that have a name in the kit
_NAMED = {support.name: support for support in vars(supports).values() if isinstance(support, Support)}
#: what of a support is kept, with what it is where nothing is said
_FIELDS = {f.name: f.default for f in fields(Support) if f.name not in {"columns", "notes"}}


def told(doc: str | None, outcome: Parameter, parameters: Mapping[str, Parameter]) -> str | None:
    """What a family says about its outcome and parameters as text; None where that does not say it all."""
    rows = [outcome, *parameters.values()]
    text = json.dumps({"doc": doc, "rows": [_row(row) for row in rows]})
    found = heard(text)
    return text if found is not None and [found["outcome"], *found["parameters"].values()] == rows else None


def heard(text: str) -> dict[str, Any] | None:
    """Docstring, outcome and parameters from the text that `told` wrote; None for any other."""
    try:
        data = json.loads(text)
        outcome, *rows = [_parameter(**row) for row in data["rows"]]
        return {"__doc__": data["doc"], "outcome": outcome, "parameters": {row.name: row for row in rows}}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _row(row: Parameter) -> dict[str, Any]:
    domain = row.domain
    changed = {name: getattr(domain, name) for name, usual in _FIELDS.items() if getattr(domain, name) != usual}
    return {
        "name": row.name,
        "domain": domain.name if _NAMED.get(domain.name) == domain else changed,
        "link": None if row.link is None else row.link.name,
        "default": None if row.default is None else str(row.default),
    }


def _parameter(name: str, domain: Any, link: str | None, default: str | None) -> Parameter:
    if isinstance(domain, str):
        support = _NAMED[domain]
    else:
        said: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in domain.items()}
        support = Support(**said)
    number = None if default is None else Fraction(default)
    return Parameter(name, support, None if link is None else LINKS[link], number)

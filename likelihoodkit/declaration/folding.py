"""Parameters that a link makes of several outputs: which they are, by what names, and where there is none.

Such a parameter is replaced at declaration (`making.spread`) by parameters of its own for the outputs, with the link as
the formula between them. Everything later meets ordinary numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from likelihoodkit.declaration.binding import Bound, Family, Part, Shared, fitting, shared
from likelihoodkit.links import LINKS, Link


def spreads(family: Family) -> dict[str, tuple[str, Link]]:
    """Names that parameters have where a link makes each of several outputs: the parameter and the link behind each."""
    return {
        part: (name, link)
        for name, row in family.parameters.items()
        if row.link is not None
        for link in LINKS.values()
        if link.columns and link.fits(row.domain)
        for part in link.outputs(name)
        if part not in family.parameters
    }


def taken(family: Family, bindings: Mapping[str, Any]) -> dict[str, Link]:
    """The parameters that are to be made of several outputs, by what they are bound to or by the names of these."""
    named = spreads(family)
    found = {named[name][0]: named[name][1] for name in bindings if name in named}
    for name, row in family.parameters.items():
        how = bindings.get(name)
        how = how.link if isinstance(how, Shared) else how
        link = row.link if how is None else LINKS.get(how) if isinstance(how, str) else how
        if isinstance(link, Link) and link.columns and name not in found:
            found[name] = link
    rows = family.parameters
    return {name: fitting(family.__name__, rows[name], found[name]) for name in rows if name in found}


def over(bindings: Mapping[str, Any], links: Mapping[str, Link]) -> dict[str, Any]:
    """The same bindings with those of parameters that are made of several outputs handed on to these."""
    kept = {name: how for name, how in bindings.items() if name not in links}
    shares = [name for name in links if isinstance(bindings.get(name), Shared)]
    return {part: shared for name in shares for part in links[name].outputs(name)} | kept


def undirected(bound: Bound) -> list[tuple[tuple[str, int | None], ...]]:
    """Outputs that must not all be zero, each by name and entry: an angle of none of these is one of a noise inside."""
    family = bound.family
    found: list[tuple[tuple[str, int | None], ...]]
    found = [tuple((part, None) for part in link.outputs(name)) for name, link in family.folded.items()]
    inner = [part for _, part in family.components if isinstance(part, Part)]
    for part in (*family.parts, *inner, *([family.latent] if family.latent else [])):
        places = {own: (name, entry) for own, name, entry in part.places}
        found += [tuple(places[name] for name, _ in group) for group in undirected(part.bound)]
    return [group for group in dict.fromkeys(found) if all(name in bound.outputs for name, _ in group)]


def groups(bound: Bound) -> dict[str, tuple[str, ...]]:
    """By parameter that is made of several outputs, all of them predicted: the names of these."""
    found = {name: link.outputs(name) for name, link in bound.family.folded.items()}
    return {name: parts for name, parts in found.items() if set(parts) <= set(bound.outputs)}

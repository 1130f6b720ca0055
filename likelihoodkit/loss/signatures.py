"""How the written module of a loss is called: what is asked of its arrays, and how they are cut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from likelihoodkit.compile.checks import all_finite, all_inside
from likelihoodkit.compile.compound_text import Column
from likelihoodkit.compile.named_text import WIDTHS, Block, Input
from likelihoodkit.compile.sequence_text import Piece, Steps
from likelihoodkit.loading.later import Later
from likelihoodkit.rows import Reader
from likelihoodkit.rows.vectors import RULES
from likelihoodkit.supports import Support
from likelihoodkit.supports.columns import typical

if TYPE_CHECKING:
    from likelihoodkit.compile import source as printed
else:
    printed = Later("likelihoodkit.compile.source")


def signature(reader: Reader, formula: str) -> printed.Signature:
    """The signature of the module of the loss that this reader reads for; ``formula`` is what it says of itself."""
    places = reader.places
    family = places.bound.family
    domain = family.outcome.domain
    shared = [(name, place.name) for name, place in places.shared.items()]
    outputs = [(name, place.name, place.vector) for name, place in places.outputs.items()]
    inputs: tuple[Input, ...] = ()
    if domain.vector and domain.layout == "entries" and len(outputs) == 1 and outputs[0][2]:
        name, symbol, _ = outputs[0]
        predicted = family.parameters[name].domain
        y, f = array_of("y", places.y.name, domain), array_of("outputs", symbol, predicted, free=True)
        inputs = (replace(y, predicted=False, group="K"), replace(f, group="K"))
    blocks = _blocks(reader)
    if blocks:
        inputs = (replace(array_of("y", places.y.name, domain), predicted=False),)
        for name, symbol, vector in outputs:  # a factor may be made of one number
            inputs += (replace(array_of(name, symbol, family.parameters[name].domain, free=True), vector=vector),)
        entries = {b.name for b in blocks if b.size == "entries"} | ({"y"} if domain.vector else set())
        inputs = tuple(replace(one, group="K" if one.name in entries else "") for one in inputs)
    total = places.bound.numbers.get(domain.total or "")
    if total is not None:
        inputs = tuple(replace(one, total=repr(float(total))) if one.name == "y" else one for one in inputs)
    counted = tuple(name for name in places.inputs if name == domain.total and inputs)  # an array of its own
    for name in counted:
        inputs = tuple(replace(one, total=name) if one.name == "y" else one for one in inputs)
        count = array_of(name, places.inputs[name].name, family.parameters[name].domain)
        inputs += (replace(count, predicted=False),)
    return printed.Signature(
        repr(places.bound),
        formula,
        places.y.name,
        outputs,
        [*((name, place.name) for name, place in places.inputs.items() if name not in counted), *shared],
        list(places.predicted),
        all_inside(domain),
        domain.words,
        domain.vector or bool(domain.entries),
        inputs,
        blocks=blocks,
        bounded=domain.words if domain.upper in dict(places.outputs) else "",
        constants=tuple((place.name, values) for place, values in places.constants.values()),
        labels=domain.either_sign,
        compound=_compound(reader),
        steps=_steps(reader),
    )


def _compound(reader: Reader) -> tuple[Column, ...]:
    """What a row holds where the outcome is several numbers; () elsewhere."""
    domain, symbols = reader.places.bound.family.outcome.domain, dict(reader.places.entries)
    parts = domain.columns or ((("", domain),) if domain.interval else ())
    found = []
    for name, support in parts:
        labels = [f"{name}_{label}" if name else label for label, _ in support.entries] or [name]
        known = tuple(symbols[label] for label in labels)
        found.append(Column(known, all_inside(support), support.words, typical(support)))
    return tuple(found)


def _blocks(reader: Reader) -> tuple[Block, ...]:
    """The outputs of a written module where vectors lie among numbers; () where they do not, or take more."""
    places, domain = reader.places, reader.places.bound.family.outcome.domain
    found = tuple(Block(name, size, fewest) for name, (size, fewest) in reader.measure.blocks.items())
    vectors = domain.vector or any(place.vector for place in places.outputs.values())
    given = set(places.inputs) - {domain.total}
    plain = domain.layout == "entries" and not domain.entries and not (given or places.shared)
    sized = all(isinstance(b.size, int) or b.size in WIDTHS for b in found)
    return found if vectors and len(found) > 1 and plain and sized else ()


def _steps(reader: Reader) -> Steps | None:
    """The arrays of a loss of labels in a row, some of whose outputs hold K scores each; None for other losses."""
    places, domain, measure = reader.places, reader.places.bound.family.outcome.domain, reader.measure
    if not (domain.vector and domain.layout == "labels") or set(places.inputs) - set(measure.counts):
        return None
    pieces = {n: Piece(p.name, Block(n, *measure.blocks[n])) for n, p in places.predicted.items()}
    outputs = tuple(pieces[name] for name in places.outputs)
    sizes = [piece.block.size for piece in outputs]
    if sizes.count("steps") > 1 or "steps" in [pieces[name].block.size for name in places.shared]:
        return None
    return Steps(
        array_of("y", places.y.name, domain),
        "steps" in sizes and domain.name.endswith("label paths"),
        outputs,
        tuple(pieces[name] for name in places.shared),
        tuple((Piece(p.name, Block(n, p.size, 1)), values) for n, (p, values) in places.constants.items()),
        tuple((name, place.name) for name, place in places.inputs.items()),
        measure.known(None, {}, None).fixed.get("K"),
    )


def array_of(name: str, symbol: str, domain: Support, free: bool = False) -> Input:
    """One array of a written module, asked what its support asks; where a link leads into that it is ``free``."""
    rules = () if free else RULES.get(domain.name, ())
    anything = free or domain.special or domain.sums_to_one
    return Input(
        name,
        symbol,
        domain.vector,
        all_finite if anything else all_inside(domain),
        domain.words,
        domain.name if domain.layout == "entries" else "",
        tuple((wrong, test.__module__, test.__name__) for wrong, test in rules),
        domain.either_sign,
    )

"""A small document: headings, paragraphs and formulas, each known both as plain text and as LaTeX."""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Any

WIDTH = 96


@dataclass(frozen=True)
class Math:
    """A formula in both spellings."""

    plain: str
    latex: str


@dataclass(frozen=True)
class Paragraph:
    """Words and inline formulas, in order."""

    parts: tuple[str | Math, ...]


@dataclass(frozen=True)
class Display:
    """A formula on its own line, with the reason beside it where there is one."""

    formula: Math
    reason: str = ""


Block = Paragraph | Display


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Explanation:
    """The recipe carried out, to read: ``str`` is plain text; Markdown, LaTeX and HTML on request.

    >>> import likelihoodkit as lk
    >>> text = str(lk.explain(lk.Laplace(scale=1)))
    >>> print(text.splitlines()[0])
    Laplace(scale=1): from the noise to the loss
    >>> [line for line in text.splitlines() if line[:1].isdigit()][::3]
    ['1. Choose the distribution', '4. Infer']
    """

    title: str
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        lines = [self.title, "=" * len(self.title)]
        for section in self.sections:
            lines += ["", section.title, "-" * len(section.title)]
            lines += [line for block in section.blocks for line in _plain(block)]
        return "\n".join(lines)

    def to_markdown(self) -> str:
        """Markdown with formulas between dollar signs, as notebooks and most sites read it."""
        lines = [f"## {self.title}"]
        for section in self.sections:
            lines.append(f"### {section.title}")
            lines += [_markdown(block) for block in section.blocks]
        return "\n\n".join(lines)

    def to_latex(self) -> str:
        """LaTeX source of sections and displayed formulas; needs amsmath and amssymb."""
        lines = [rf"\section*{{{_escape(self.title)}}}"]
        for section in self.sections:
            lines.append(rf"\subsection*{{{_escape(section.title)}}}")
            lines += [_latex(block) for block in section.blocks]
        return "\n".join(lines)

    def to_html(self) -> str:
        """An HTML fragment that needs nothing else: formulas as text, their LaTeX in a ``data-latex`` attribute."""
        lines = ["<article>", f"<h2>{html.escape(self.title)}</h2>"]
        for section in self.sections:
            lines.append(f"<h3>{html.escape(section.title)}</h3>")
            lines += [_html(block) for block in section.blocks]
        return "\n".join([*lines, "</article>"])

    def to_json(self) -> dict[str, Any]:
        """Sections with their paragraphs and formulas, as plain data."""
        return {
            "title": self.title,
            "sections": [{"title": s.title, "blocks": [_data(block) for block in s.blocks]} for s in self.sections],
        }

    def formulas(self) -> tuple[Math, ...]:
        """Every formula of the document, in order."""
        found: list[Math] = []
        for section in self.sections:
            for block in section.blocks:
                parts = (block.formula,) if isinstance(block, Display) else block.parts
                found += [part for part in parts if isinstance(part, Math)]
        return tuple(found)

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def _repr_latex_(self) -> str:
        rows = [d.formula.latex for s in self.sections for d in s.blocks if isinstance(d, Display)]
        return "$$\\begin{gathered} " + r" \\ ".join(rows) + " \\end{gathered}$$"


def _data(block: Block) -> dict[str, str]:
    if isinstance(block, Paragraph):
        return {"text": "".join(p if isinstance(p, str) else p.plain for p in block.parts)}
    return {"formula": block.formula.plain, "latex": block.formula.latex, "reason": block.reason}


def _plain(block: Block) -> list[str]:
    if isinstance(block, Paragraph):
        words = "".join(p if isinstance(p, str) else p.plain for p in block.parts)
        return textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)
    lines = _formula_lines(block.formula.plain)
    if not block.reason:
        return lines
    if len(lines) == 1 and len(lines[0]) + len(block.reason) + 6 <= WIDTH:
        return [f"{lines[0]}    ({block.reason})"]
    return lines + _wrapped(f"({block.reason})", " " * 8, " " * 9)


def _formula_lines(text: str) -> list[str]:
    """A formula in lines that fit where they can: broken before a sign, outside of brackets as far as that goes."""
    lines: list[str] = []
    for depth in range(10):
        lines = _wrapped(_tied(text, depth), " " * 4, " " * 8)
        if max(map(len, lines)) <= WIDTH:
            break
    return [line.replace(_TIE, " ") for line in lines]


_TIE = "\N{NO-BREAK SPACE}"
_SIGNS = (" +", " -", " =", " >", " <", "og")  # what a line does not end with: signs, and the log of "log Φ(x)"


def _tied(text: str, deepest: int) -> str:
    """The text with the spaces tied at which no line may end: after signs, and deeper in brackets than ``deepest``."""
    depth, written = 0, ""
    for place, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        before = text[max(place - 2, 0) : place]
        tied = character == " " and (depth > deepest or before in _SIGNS)
        written += _TIE if tied else character
    return written


def _wrapped(text: str, first: str, later: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )


def _markdown(block: Block) -> str:
    if isinstance(block, Paragraph):
        return "".join(p if isinstance(p, str) else f"${p.latex}$" for p in block.parts)
    reason = rf" \qquad \text{{({_escape(block.reason)})}}" if block.reason else ""
    return f"$${block.formula.latex}{reason}$$"


def _latex(block: Block) -> str:
    if isinstance(block, Paragraph):
        return "".join(_escape(p) if isinstance(p, str) else f"${p.latex}$" for p in block.parts) + "\n"
    reason = rf" \qquad \text{{({_escape(block.reason)})}}" if block.reason else ""
    return rf"\[ {block.formula.latex}{reason} \]"


def _html(block: Block) -> str:
    if isinstance(block, Paragraph):
        inside = "".join(html.escape(p) if isinstance(p, str) else _code(p) for p in block.parts)
        return f"<p>{inside}</p>"
    reason = f" <small>({html.escape(block.reason)})</small>" if block.reason else ""
    return f'<p class="formula">{_code(block.formula)}{reason}</p>'


def _code(formula: Math) -> str:
    return f'<code data-latex="{html.escape(formula.latex)}">{html.escape(formula.plain)}</code>'


_SPECIAL = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "`": "'",
}  # fmt: skip


def _escape(text: str) -> str:
    return "".join(_SPECIAL.get(c, c) for c in text)

"""What was meant by a name that the kit does not have."""

from __future__ import annotations

from collections.abc import Iterable

#: names of other libraries, in small letters, and what is called otherwise here
ELSEWHERE = {
    "gaussian": "Normal", "norm": "Normal", "lognorm": "LogNormal", "t": "StudentT", "student": "StudentT",
    "expon": "Exponential", "nbinom": "NegativeBinomial", "multinoulli": "Categorical", "wald": "InverseGaussian",
    "invgauss": "InverseGaussian", "gaussianmixture": "Mixture", "crf": "LinearChain", "ctc": "Alignment",
    "mse": "squared_error", "l2": "squared_error", "mse_loss": "squared_error", "mae": "absolute_error",
    "l1": "absolute_error", "l1_loss": "absolute_error", "mape": "absolute_percentage_error",
    "bce": "binary_cross_entropy", "log_loss": "binary_cross_entropy", "cross_entropy": "categorical_cross_entropy",
    "quantile_loss": "pinball", "logcosh": "log_cosh", "kl_div": "kl",
}  # fmt: skip


def meant(name: str, known: Iterable[str]) -> str:
    """``Did you mean Normal or LogNormal?``, or nothing where no name of ``known`` is near.

    >>> meant("Gaussian", ["Normal", "Laplace"]), meant("Nornal", ["Normal", "Laplace"]), meant("zzz", ["Normal"])
    ('Did you mean Normal?', 'Did you mean Normal?', '')
    """
    import difflib  # not on the way of an import that goes well

    folded = {one.lower(): one for one in known}
    near = [folded[one] for one in difflib.get_close_matches(name.lower(), folded, n=3)]
    own = ELSEWHERE.get(name.lower(), "")
    near = [own] if own in folded.values() else near
    return f"Did you mean {' or '.join(near)}?" if near else ""

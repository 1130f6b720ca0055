"""Reading one array: real numbers that are finite; and whether several call their rows by the same labels."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from likelihoodkit.errors import InputError

Array = NDArray[Any]
#: types of the missing values of pandas
ABSENT = ("NAType", "NaTType")
#: what to do about a missing value
DROP = "Drop the row or impute the value first"
#: what to do about dates and times of day
SINCE = (
    "Give times as numbers, such as days since the first: (when - when.min()) / np.timedelta64(1, 'D'), "
    "of periods after when.dt.to_timestamp()"
)
#: what to do about missing values by what holds a number that is not finite
REMEDIES = {"weights": "Drop the row or give it weight 0", "offset": DROP, "y": DROP}

#: words of other libraries for what is said otherwise here
ELSEWHERE = {
    **dict.fromkeys(("sample_weight", "sample_weights", "weight"), "Weights are given as weights=, one for each row"),
    "exposure": "An exposure is given as offset=np.log(exposure), where the mean's link is exp",
    **dict.fromkeys(
        ("max_iter", "maxiter", "max_iterations", "tol", "start", "start_params", "x0", "method", "solver"),
        "A fit begins and ends by its own rules and says if it did not converge; lk.Regressor takes max_iter= and tol=",
    ),
    **dict.fromkeys(("alpha", "penalty", "l1_ratio", "l2"), "lk.Regressor takes alpha= and l1_ratio="),
    **dict.fromkeys(
        ("robust", "cov_type", "covariance", "vcov", "clusters", "groups"),
        "Sandwich covariances are those of fit.robust(clusters)",
    ),
    "reduction": "A loss gives one number a row; take its .mean() or .sum()",
}


def as_real(values: ArrayLike, what: str, family: str, *, whole: bool = False) -> Array:
    """The values as an array of real numbers; integers become float64, unless ``whole`` lets them be.

    No copy where none is needed.

    Raises `InputError` for text, objects, booleans in disguise of objects, complex numbers and ragged lists.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(f"{family}: {what} is ragged; its rows have different lengths", family=family) from None
    if np.ma.isMaskedArray(values):
        raise InputError(f"{family}: {what} is a masked array", family=family, remedy="Drop the masked rows first")
    if array.dtype.kind in "iub" or array.dtype == np.float16:
        return array if whole and array.dtype.kind in "iu" else array.astype(np.float64)
    if array.dtype.kind == "f" and array.dtype.itemsize in (4, 8):
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    word = next((i for i, entry in enumerate(array) if _word(entry)), None) if what == "y" and array.ndim == 1 else None
    if word is not None:
        raise InputError(
            f"{family}: y[{word}] = {str(array[word])!r} is no number",
            family=family,
            index=word,
            value=str(array[word]),
            remedy="Number classes 0, 1, ..., as in np.unique(y, return_inverse=True)[1]; lk.fit takes their names, "
            "classes=['a', 'b', ...]",
        )
    empty = gaps(array)
    if empty.any():
        place = tuple(int(i) for i in np.argwhere(empty)[0])
        raise InputError(
            f"{family}: {what}[{', '.join(map(str, place))}] = {array[place]} is missing "
            f"({int(empty.sum())} of {empty.size} values)",
            family=family,
            index=place[0] if len(place) == 1 else place,
            value=array[place],
            remedy=DROP,
        )
    raise InputError(
        f"{family}: {what} holds {array.dtype}, not real numbers",
        family=family,
        remedy=SINCE if is_time(array) else f"Convert it first, as in np.asarray({what}, dtype=float)",
    )


def is_time(array: Array) -> bool:
    """Are these dates, times, spans of time or periods of pandas? Of objects the first that is not missing tells."""
    entries = array.flat if array.dtype.kind == "O" else ()
    first = next((entry for entry in entries if not _absent(entry)), None)
    return array.dtype.kind in "mM" or isinstance(first, date | timedelta) or type(first).__name__ == "Period"


def check_labels(given: Mapping[str, Any], family: str) -> None:
    """Raise `InputError` where two of these have row labels, as those of pandas have, that differ at some row.

    What has none goes by position, and what has another number of rows is refused elsewhere.
    """
    (first, known), *others = list(_labelled(given)) or [("", None)]
    for name, labels in others:
        if len(labels) == len(known) and not labels.equals(known):
            upto = range(1, len(known) + 1)
            row = bisect_left(upto, True, key=lambda rows: not labels[:rows].equals(known[:rows]))
            one, other = (label[row : row + 1].tolist()[0] for label in (known, labels))
            raise InputError(
                f"{family}: row {row} is labelled {one!r} in {first} and {other!r} in {name}",
                family=family,
                index=row,
                value=other,
                remedy=f"Pair rows by label, {name}.loc[{first}.index], or by position, {name}.set_axis({first}.index)",
            )


def _labelled(given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Names and labels of what has labels, within mappings too."""
    for name, values in given.items():
        if isinstance(values, Mapping):
            yield from _labelled({f"{name}[{key!r}]": value for key, value in values.items()})
        elif hasattr(labels := getattr(values, "index", None), "equals"):
            yield name, labels


def gaps(array: Array) -> Array:
    """Which entries are what None, NaN and the missing values of data frames are: no value at all."""
    if array.dtype.kind == "f":
        return np.isnan(array)
    if array.dtype.kind != "O":
        return np.zeros(array.shape, dtype=bool)
    return np.array([_absent(entry) for entry in array.flat], dtype=bool).reshape(array.shape)


def _absent(entry: object) -> bool:
    # the missing value of pandas is neither equal to itself nor different: only its type can be asked
    return entry is None or type(entry).__name__ in ABSENT or (isinstance(entry, float) and bool(np.isnan(entry)))


def _word(entry: object) -> bool:
    """Is that text, and not of a number?"""
    if not isinstance(entry, str):
        return False
    try:
        float(entry)
    except ValueError:
        return True
    return False


def check_finite(array: Array, what: str, family: str) -> None:
    """Raise `InputError` naming the first entry that is NaN or infinite."""
    if np.isfinite(array).all():
        return
    place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
    index = place[0] if len(place) == 1 else place
    raise InputError(
        f"{family}: {what}[{', '.join(map(str, place))}] = {array[place]:.12g} is not finite",
        family=family,
        index=index,
        value=float(array[place]),
        remedy=REMEDIES.get(what, "Find where the model produces it; the loss cannot mend it"),
    )

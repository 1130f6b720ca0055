"""Is the assumption broken, where, and what to assume instead.

``lk.diagnose(model, X, y)`` puts one question per way to break an assumption; ``lk.suggest(y, X)`` ranks noises by what
they say about rows they have not seen; ``lk.compare(fits)`` puts fits of the same rows side by side (compare.py).

evidence.py  residuals that are standard normal if the noise is right     influence.py  what each row bears on the fit
moments.py   tests that know what fitting has used up                     scores.py     sharpness, held-out log scores
breaks.py    the table of breaks: question, test, picture, cures          cures.py      what to fit instead and its gain
report.py    the function `diagnose` and its answer                       pictures.py   one picture per question
"""

from __future__ import annotations

from likelihoodkit.diagnose.compare import Comparison, compare
from likelihoodkit.diagnose.report import Diagnosis, Finding, diagnose
from likelihoodkit.diagnose.suggest import Suggestion, suggest
from likelihoodkit.loading.callables import make_callable

__all__ = ["Comparison", "Diagnosis", "Finding", "Suggestion", "compare", "diagnose", "suggest"]

make_callable(__name__, diagnose)

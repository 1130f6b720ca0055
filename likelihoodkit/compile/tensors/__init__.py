"""The same program on tensors of torch and arrays of JAX.

number.py    numbers that record what is done to them, under the names of NumPy
retarget.py  the kernels of `primitives.kernels`, run on such numbers: their branches become ``where``
vectors.py   what is done across the entries of a vector
shares.py    counts and rows of probabilities against a softmax
sums.py      sums of as many terms as the data ask for
bounds.py    what lies between two bounds
expand.py    a program with its primitives written out in elementary operations
tower.py     a program with the programs of its derivatives, of any order
"""

from likelihoodkit.compile.tensors import bounds as _bounds, shares as _shares, sums as _sums  # they enter their rows
from likelihoodkit.compile.tensors.tower import Tower, tower_of

__all__ = ["Tower", "tower_of"]

assert _shares.ROWS
assert _sums.REACH
assert _bounds.OURS

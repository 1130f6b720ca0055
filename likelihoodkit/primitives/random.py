"""What samples are written in: random pieces that a declaration combines under the name ``draw``.

They have no derivative and no place in a log-density; `likelihoodkit.predict` runs them with a random generator.
``along`` stands for a direction in a parameter: what a closed form of the information of a vector is linear in.
"""

from __future__ import annotations

from likelihoodkit.primitives.record import Kind, primitive

along: Kind = primitive("along", None, (None,), r"d{0}", vector=True)

draw_normals: Kind = primitive("draw_normals", None, (None,), r"\mathcal{{N}}(0, I)", vector=True)
draw_student_shrink: Kind = primitive("draw_student_shrink", None, (None,), r"\sqrt{{{0}/\chi^2_{{{0}}}}}")

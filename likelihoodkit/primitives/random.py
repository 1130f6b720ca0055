"""What samples are written in: random pieces that a declaration combines under the name ``draw``.

They have no derivative and no place in a log-density; `likelihoodkit.predict` runs them with a random generator.
``along`` stands for a direction in a parameter: what a closed form of the information of a vector is linear in.
"""

from __future__ import annotations

from likelihoodkit.primitives.record import Kind, primitive

along: Kind = primitive("along", None, (None,), r"d{0}", vector=True)

draw_normals: Kind = primitive("draw_normals", None, (None,), r"\mathcal{{N}}(0, I)", vector=True)
draw_student_shrink: Kind = primitive("draw_student_shrink", None, (None, None), r"\sqrt{{{0}/\chi^2_{{{0}}}}}")
draw_proportions: Kind = primitive("draw_proportions", None, (None,), r"\operatorname{{Dirichlet}}({0})", vector=True)
draw_counts: Kind = primitive("draw_counts", None, (None, None), r"\operatorname{{Multinomial}}({0},{1})", vector=True)
draw_direction: Kind = primitive("draw_direction", None, (None, None), r"\operatorname{{vMF}}({0},{1})", vector=True)
draw_ranking: Kind = primitive("draw_ranking", None, (None,), r"\operatorname{{PL}}({0})", vector=True)
draw_path: Kind = primitive("draw_path", None, (None, None), r"\operatorname{{Chain}}({0},{1})", vector=True)
draw_labelling: Kind = primitive("draw_labelling", None, (None, None, None), r"\operatorname{{CTC}}({0})", vector=True)

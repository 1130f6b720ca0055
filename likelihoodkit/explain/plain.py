"""Formulas as plain text: a small printer on top of SymPy's, for reading and not for parsing back.

Model outputs appear as ``f[x]``, powers as ``^``, primitives by what they mean; sums begin with a positive term.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp
from sympy.printing.precedence import PRECEDENCE as TIGHTNESS, precedence
from sympy.printing.str import StrPrinter

from likelihoodkit.explain.family_words import FAMILY_TEMPLATES
from likelihoodkit.explain.vector_words import VECTOR_TEMPLATES
from likelihoodkit.primitives import Primitive, log1p

#: primitive -> (template, does it need parentheses inside a product or power?)
TEMPLATES: dict[str, tuple[str, str]] = {
    "sigmoid": ("sigmoid({0})", "atom"),
    "softplus": ("softplus({0})", "atom"),
    "softmax": ("softmax({0})", "atom"),
    "entries": ("K", "atom"),
    "largest_other": ("max over k ≠ {1} of [{0}]", "atom"),
    "is_largest_other": ("[k = argmax over k ≠ {1} of {0}]", "atom"),
    "regularised_gamma_p": ("P({0}, {1})", "atom"),
    "log_gamma_p_shape": ("d/d{0} log P({0}, {1})", "atom"),
    "log_gamma_q_shape": ("d/d{0} log Q({0}, {1})", "atom"),
    "log_gamma_p_curve": ("d2/d{0}2 log P({0}, {1})", "atom"),
    "log_gamma_q_curve": ("d2/d{0}2 log Q({0}, {1})", "atom"),
    "log_gamma_p": ("log P({0}, {1})", "atom"),
    "log_gamma_q": ("log Q({0}, {1})", "atom"),
    "gamma_p_pull": ("{1} d/d{1} log P({0}, {1})", "atom"),
    "gamma_q_pull": ("-{1} d/d{1} log Q({0}, {1})", "atom"),
    "gamma_p_gap": ("E[log({1}/T) | T < {1}]", "atom"),
    "gamma_q_gap": ("E[log(T/{1}) | T > {1}]", "atom"),
    "log_beta_tail": ("log I({2}; {0}, {1})", "atom"),
    "log_beta_tail_a": ("d/d{0} log I({2}; {0}, {1})", "atom"),
    "log_beta_tail_b": ("d/d{1} log I({2}; {0}, {1})", "atom"),
    "log_beta_tail_aa": ("d2/d{0}2 log I({2}; {0}, {1})", "atom"),
    "log_beta_tail_ab": ("d2/d{0}d{1} log I({2}; {0}, {1})", "atom"),
    "log_beta_tail_bb": ("d2/d{1}2 log I({2}; {0}, {1})", "atom"),
    "beta_pull": ("d/d{2} log I({2}; {0}, {1})", "atom"),
    "beta_gap_a": ("E[log(x/T) | T < x({0}, {1}, {2})]", "atom"),
    "beta_gap_b": ("E[log((1 - T)/(1 - x)) | T < x({0}, {1}, {2})]", "atom"),
    "log_student_cdf": ("log T({0}; {1})", "atom"),
    "log_student_cdf_df": ("d/d{0} log T({0}; {1})", "atom"),
    "log_student_cdf_df2": ("d2/d{0}2 log T({0}; {1})", "atom"),
    "student_hazard": ("t/T({0}; {1})", "atom"),
    "from_log": ("exp({0})", "atom"),
    "log_window": ("log(Φ({0} + {1}) - Φ({0} - {1}))", "atom"),
    "log_window_middle": ("d/dm log(Φ({0} + {1}) - Φ({0} - {1}))", "atom"),
    "log_window_half": ("d/dh log(Φ({0} + {1}) - Φ({0} - {1}))", "atom"),
    "increasing": ("increasing({0})", "atom"),
    "increasing_pull": ("increasing'({1}) {0}", "product"),
    "cut": ("cutpoint({0}, {1})", "atom"),
    "cut_pull": ("{0} cutpoint'({1}, {2})", "product"),
    "cut_bend": ("{0} cutpoint''({1}, {2})", "product"),
    "gap_exponent": ("{0}[{1}]", "atom"),
    "gap_pull": ("{0} e[{2}]", "product"),
    "log_gap": ("log({0}[{1}] - {0}[{1} - 1])", "atom"),
    "log_cauchy_tail": ("log(1/2 - arctan({0})/pi)", "atom"),
    "log_secant_below": ("log(2 arctan(exp({0}))/pi)", "atom"),
    "log_secant_share": ("log(arctan(e^({0}))/e^({0}))", "atom"),
    "secant_share_slope": ("(h({0}) - 1)", "atom"),
    "secant_hazard": ("h({0})", "atom"),
    "secant_hazard_slope": ("h'({0})", "atom"),
    "cauchy_hazard": ("h({0})", "atom"),
    "cauchy_hazard_slope": ("h'({0})", "atom"),
    "log_normal_step": ("log(Φ({0} + exp({1})) - Φ({0}))", "atom"),
    "normal_step_start": ("d/da log(Φ(a + exp(t)) - Φ(a))[{0}, {1}]", "atom"),
    "normal_step_length": ("d/dt log(Φ(a + exp(t)) - Φ(a))[{0}, {1}]", "atom"),
    "normal_step_bend": ("d2/da2 log(Φ(a + exp(t)) - Φ(a))[{0}, {1}]", "atom"),
    "normal_step_cross": ("d2/dadt log(Φ(a + exp(t)) - Φ(a))[{0}, {1}]", "atom"),
    "normal_step_curve": ("d2/dt2 log(Φ(a + exp(t)) - Φ(a))[{0}, {1}]", "atom"),
    "log_cauchy_step": ("log(C({0} + exp({1})) - C({0}))", "atom"),
    "cauchy_step_start": ("d/da log(C(a + exp(t)) - C(a))[{0}, {1}]", "atom"),
    "cauchy_step_length": ("d/dt log(C(a + exp(t)) - C(a))[{0}, {1}]", "atom"),
    "cauchy_step_bend": ("d2/da2 log(C(a + exp(t)) - C(a))[{0}, {1}]", "atom"),
    "cauchy_step_cross": ("d2/dadt log(C(a + exp(t)) - C(a))[{0}, {1}]", "atom"),
    "cauchy_step_curve": ("d2/dt2 log(C(a + exp(t)) - C(a))[{0}, {1}]", "atom"),
    "log_gumbel_step": ("log(G({0} + exp({1})) - G({0}))", "atom"),
    "gumbel_step_start": ("d/da log(G(a + exp(t)) - G(a))[{0}, {1}]", "atom"),
    "gumbel_step_length": ("d/dt log(G(a + exp(t)) - G(a))[{0}, {1}]", "atom"),
    "gumbel_step_bend": ("d2/da2 log(G(a + exp(t)) - G(a))[{0}, {1}]", "atom"),
    "gumbel_step_cross": ("d2/dadt log(G(a + exp(t)) - G(a))[{0}, {1}]", "atom"),
    "gumbel_step_curve": ("d2/dt2 log(G(a + exp(t)) - G(a))[{0}, {1}]", "atom"),
    "log_gumbel_min_step": ("log(M({0} + exp({1})) - M({0}))", "atom"),
    "gumbel_min_step_start": ("d/da log(M(a + exp(t)) - M(a))[{0}, {1}]", "atom"),
    "gumbel_min_step_length": ("d/dt log(M(a + exp(t)) - M(a))[{0}, {1}]", "atom"),
    "gumbel_min_step_bend": ("d2/da2 log(M(a + exp(t)) - M(a))[{0}, {1}]", "atom"),
    "gumbel_min_step_cross": ("d2/dadt log(M(a + exp(t)) - M(a))[{0}, {1}]", "atom"),
    "gumbel_min_step_curve": ("d2/dt2 log(M(a + exp(t)) - M(a))[{0}, {1}]", "atom"),
    "regularised_gamma_q": ("Q({0}, {1})", "atom"),
    "regularised_gamma_p_inverse": ("P⁻¹({0}, {1})", "atom"),
    "regularised_gamma_q_inverse": ("Q⁻¹({0}, {1})", "atom"),
    "regularised_beta_complement": ("(1 - I({2}; {0}, {1}))", "atom"),
    "regularised_beta": ("I({2}; {0}, {1})", "atom"),
    "regularised_beta_inverse": ("I⁻¹({2}; {0}, {1})", "atom"),
    "student_df_information": ("df^2·I(df) at df = {0:exp}", "product"),
    "student_cdf": ("T({1}; {0})", "atom"),
    "student_quantile": ("T⁻¹({1}; {0})", "atom"),
    "cut_student_quantile": ("log(1 + ({1}) t)/({1}) at T({0}; t | 1 + ({1}) t > 0) = {2}", "sum"),
    "log_zeta1p_exp": ("log ζ(1 + e^{0:power})", "product"),
    "log_rising_gap": ("(log ({0} + {1})_{2} - log ({0})_{2})", "atom"),
    "log_rising_gap_exp": ("(log (e^{0:power} + e^{1:power})_{2} - log (e^{0:power})_{2})", "atom"),
    "rising_gap_exp_base": ("d/df (log (e^f + e^{1:power})_{2} - log (e^f)_{2})[f = {0}]", "product"),
    "rising_gap_exp_more": ("d/df log (e^{0:power} + e^f)_{2}[f = {1}]", "product"),
    "rising_gap_exp_base_bend": ("d²/df² (log (e^f + e^{1:power})_{2} - log (e^f)_{2})[f = {0}]", "product"),
    "rising_gap_exp_both": ("d²/dfdg log (e^f + e^g)_{2}[f = {0}, g = {1}]", "product"),
    "rising_gap_exp_more_bend": ("d²/df² log (e^{0:power} + e^f)_{2}[f = {1}]", "product"),
    "digamma_rising_gap": ("(ψ({0} + {1} + {2}) - ψ({0} + {1}) - ψ({0} + {2}) + ψ({0}))", "atom"),
    "trigamma_rising_gap": ("(ψ'({0} + {1} + {2}) - ψ'({0} + {1}) - ψ'({0} + {2}) + ψ'({0}))", "atom"),
    "log_bessel_k_exp": ("log(K_{0}(e^{1:power})·exp(e^{1:power}))", "product"),
    "log_bessel_k_slope": ("d/df log(K_{0}(e^f)·exp(e^f))[f = {1}]", "product"),
    "log_bessel_k_curve": ("d²/df² log(K_{0}(e^f)·exp(e^f))[f = {1}]", "product"),
    "log_bessel_k_order": ("d/dv log K_v(e^{1:power})[v = {0}]", "product"),
    "log_bessel_k_order_curve": ("d²/dv² log K_v(e^{1:power})[v = {0}]", "product"),
    "log_bessel_k_cross": ("d²/dv df log K_v(e^f)[v = {0}, f = {1}]", "product"),
    "zeta_share": ("ζ(1 + {0}, {1})/ζ(1 + {0})", "product"),
    "log_mean_exp": ("log((e^{0:power} - e^{1:power})/({0} - ({1})))", "product"),
    "log_add_exp": ("log(e^{0:power} + e^{1:power})", "product"),
    "log1p": ("log(1 + {0})", "atom"),
    "log_softplus": ("log softplus({0})", "product"),
    "softplus_ratio": ("(sigmoid/softplus)({0})", "atom"),
    "softplus_ratio_derivative": ("(sigmoid/softplus)'({0})", "atom"),
    "times_exp": ("{0:product}·e^{1:power}", "product"),
    "expm1": ("e^{0:power} - 1", "sum"),
    "expm1_minus": ("e^{0:power} - 1 - {0:product}", "sum"),
    "log1m_exp": ("log(1 - e^{0:minus})", "atom"),
    "log1m_exp_neg_exp": ("log(1 - exp(-e^{0:power}))", "atom"),
    "x_over_expm1": ("{0:product}/(e^{0:power} - 1)", "product"),
    "log1p_square": ("log(1 + {0:power}^2)", "atom"),
    "square_ratio": ("{0:product}/(1 + {0:power}^2)", "product"),
    "log_cosh": ("log cosh({0})", "product"),
    "sech2": ("sech({0})^2", "product"),
    "one_minus_cos": ("1 - cos({0})", "sum"),
    "wrap_angle": ("wrap({0})", "atom"),
    "plane_angle": ("atan2({1}, {0})", "atom"),
    "plane_turn": ("{0:product}/({0:power}^2 + {1:power}^2)", "product"),
    "xlogy": ("{0:product}·log({1})", "product"),
    "hypot_sum": ("{0} + sqrt(1 + {0:power}^2)", "sum"),
    "hypot_rise": ("1 + {0:product}/sqrt(1 + {0:power}^2)", "sum"),
    "hypot1m": ("sqrt(1 + {0:power}^2) - 1", "sum"),
    "hypot_ratio": ("{0:product}/sqrt(1 + {0:power}^2)", "product"),
    "biweight_penalty": ("biweight({0})", "atom"),
    "biweight_score": ("biweight'({0})", "atom"),
    "biweight_curvature": ("biweight''({0})", "atom"),
    "gamma_deviance_half": ("{0:product}/{1:power} - 1 - log({0:product}/{1:power})", "sum"),
    "relative_excess": ("{0:product}/{1:power} - 1", "sum"),
    "ratio_excess": ("{0:product} exp(-{1:product}) - 1", "sum"),
    "gamma_deviance_exp": ("{0:product} exp(-{1:product}) - 1 - log({0}) + {1:product}", "sum"),
    "scaled_exp_minus": ("(exp({0}) - {1:product}) exp({2})", "product"),
    "power_penalty": ("((1 + {0:power}^2)^({1}) - 1)/{1:power}", "product"),
    "power_penalty_score": ("{0:product} (1 + {0:power}^2)^({1} - 1)", "product"),
    "power_penalty_curvature": ("(1 + {0:power}^2)^({1} - 2) (1 + (2 {1:product} - 1) {0:power}^2)", "product"),
    "poisson_deviance_half": ("{0:product}·log({0:product}/{1:power}) - {0:product} + {1}", "sum"),
    "huber_penalty": ("huber({0}; {1})", "atom"),
    "huber_score": ("clamp({0}, ±{1:product})", "atom"),
    "ndtr": ("Φ({0})", "atom"),
    "ndtri": ("Φ⁻¹({0})", "atom"),
    "log_ndtr": ("log Φ({0})", "product"),
    "hazard": ("(φ/Φ)({0})", "atom"),
    "hazard_derivative": ("(φ/Φ)'({0})", "atom"),
    "log_i0e": ("log(I0({0})·e^{0:minus})", "atom"),
    "bessel_ratio": ("(I1/I0)({0})", "atom"),
    "bessel_ratio_complement": ("1 - (I1/I0)({0})", "sum"),
    "bessel_ratio_derivative": ("(I1/I0)'({0})", "atom"),
    "bessel_ratio_second": ("(I1/I0)''({0})", "atom"),
    "log_gamma": ("log Γ({0})", "product"),
    "digamma": ("ψ({0})", "atom"),
    "trigamma": ("ψ'({0})", "atom"),
    "tetragamma": ("ψ''({0})", "atom"),
    "pentagamma": ("ψ'''({0})", "atom"),
    "log_factorial": ("log({0:power}!)", "atom"),
    "log_rising": ("log(Γ({0} + {1})/Γ({0}))", "atom"),
    "digamma_rising": ("ψ({0} + {1}) - ψ({0})", "sum"),
    "trigamma_rising": ("ψ'({0} + {1}) - ψ'({0})", "sum"),
    "log_zeta1p": ("log ζ(1 + {0})", "product"),
    "log_zeta1p_slope": ("(ζ'/ζ)(1 + {0})", "atom"),
    "log_zeta1p_curve": ("(ζ'/ζ)'(1 + {0})", "atom"),
    "log_zeta1p_third": ("(ζ'/ζ)''(1 + {0})", "atom"),
    "log_beta": ("log B({0}, {1})", "product"),
    "log_binomial": ("log C({0}, {1})", "product"),
    "stirling_error": ("δ({0})", "atom"),
    "stirling_error_derivative": ("δ'({0})", "atom"),
    "stirling_error_second": ("δ''({0})", "atom"),
    "log_sum_exp": ("logsumexp({0})", "atom"),
    "pick": ("{0:power}[{1}]", "atom"),
    "one_hot": ("onehot({0})", "atom"),
    "sum_over": ("sum_k {0:power}", "product"),
    "softmax_cross_entropy": ("logsumexp({0}) - {0:power}[{1}]", "sum"),
    "softmax_pull": ("softmax({0})·({1} - sum_k softmax({0})_k·{1}_k)", "product"),
    "times_softmax": ("{0:product}·softmax({1})", "product"),
    "softmax_residual": ("softmax({0}) - onehot({1})", "sum"),
    "soft_cross_entropy": ("sum_k {1:power}[k]·(logsumexp({0}) - {0:power}[k])", "product"),
    "soft_residual": ("softmax({0}) - {1}", "sum"),
    **FAMILY_TEMPLATES,
    **VECTOR_TEMPLATES,
}
PRECEDENCE: dict[str, int] = dict(TIGHTNESS)
_LEVEL = {"sum": PRECEDENCE["Add"], "product": PRECEDENCE["Mul"], "atom": PRECEDENCE["Atom"]}


class _Argument:
    """An argument of a template: ``{0}`` as it is, ``{0:product}`` or ``{0:power}`` in parentheses where needed.

    ``{0:exp}`` is its exponential and ``{0:inverse}`` one over that, as far as they can be written shorter.
    """

    def __init__(self, printer: Plain, expression: sp.Expr) -> None:
        self.printer, self.expression = printer, expression

    def __format__(self, where: str) -> str:
        if where == "minus":
            return self.printer.bracket(-self.expression, PRECEDENCE["Atom"])
        if where in ("exp", "inverse"):
            return str(self.printer.doprint(sp.exp(-self.expression if where == "inverse" else self.expression)))
        level = {"": 0, "product": PRECEDENCE["Mul"], "power": PRECEDENCE["Atom"]}[where]
        return self.printer.bracket(self.expression, level)


class Plain(StrPrinter):  # type: ignore[misc]
    """The printer; ``names`` says how a symbol is written."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.names = dict(names or {})

    def bracket(self, expression: sp.Expr, level: int) -> str:
        """The expression, in parentheses if it binds less tightly than ``level``."""
        text = str(self.doprint(expression))
        wordy = level == PRECEDENCE["Atom"] and "_" in text and expression.is_Symbol  # e^(f_scale[x])
        return f"({text})" if wordy or self.level(expression) < level else text

    def level(self, expression: sp.Expr) -> int:
        """How tightly the printed form binds."""
        if isinstance(expression, Primitive):
            if expression.func.__name__ in TEMPLATES:
                return _LEVEL[TEMPLATES[expression.func.__name__][1]]
            return PRECEDENCE["Atom"] if expression.meaning() == expression else self.level(expression.meaning())
        if isinstance(expression, sp.exp):
            return PRECEDENCE["Pow"]
        if isinstance(expression, sp.Rational) and not expression.is_Integer and "." in number(expression):
            return PRECEDENCE["Add"] if expression < 0 else PRECEDENCE["Atom"]
        if expression.is_Add and shared_size(expression) is not None:
            return PRECEDENCE["Mul"]
        return int(precedence(expression))

    def parenthesize(self, item: Any, level: int, strict: bool = False) -> str:
        """SymPy's hook for parentheses, told how tightly the templates bind."""
        own = self.level(item)
        return f"({self._print(item)})" if own < level or (not strict and own <= level) else str(self._print(item))

    def _print(self, expr: Any, **keywords: Any) -> str:
        if isinstance(expr, log1p) and expr.args[0].could_extract_minus_sign() and not expr.args[0].is_Add:
            return f"log(1 - {self.bracket(-expr.args[0], PRECEDENCE['Mul'])})"
        if isinstance(expr, Primitive):
            template = TEMPLATES.get(expr.func.__name__)
            if template is None and expr.meaning() != expr:
                return str(self.doprint(expr.meaning()))
            if template is None:
                return f"{expr.func.__name__}({', '.join(self.doprint(a) for a in expr.args)})"
            return template[0].format(*[_Argument(self, a) for a in expr.args])
        return str(super()._print(expr, **keywords))

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return str(self.names.get(expr.name, expr.name))

    def _print_Rational(self, expr: sp.Rational) -> str:
        return number(expr)

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:  # noqa: ARG002  (SymPy's signature)
        if expr.exp == sp.Rational(1, 2):
            return f"sqrt({self.doprint(expr.base)})"
        if expr.exp.is_Rational and expr.exp.is_negative:
            below = self.doprint(expr.base) if expr.exp == -1 else self.doprint(expr.base**-expr.exp)
            return f"1/({below})" if self.level(expr.base**-expr.exp) < PRECEDENCE["Pow"] else f"1/{below}"
        return f"{self.bracket(expr.base, PRECEDENCE['Atom'])}^{self.bracket(expr.exp, PRECEDENCE['Atom'])}"

    def _print_exp(self, expr: sp.exp) -> str:
        return f"e^{self.bracket(expr.args[0], PRECEDENCE['Atom'])}"

    def _print_Relational(self, expr: sp.Rel) -> str:
        sign = {"==": "=", "!=": "≠"}.get(expr.rel_op, expr.rel_op)
        return f"{self.doprint(expr.lhs)} {sign} {self.doprint(expr.rhs)}"

    def _print_Infinity(self, expr: sp.Expr) -> str:  # noqa: ARG002  (SymPy's signature)
        return "∞"

    def _print_gamma(self, expr: sp.gamma) -> str:
        return f"Γ({self.doprint(expr.args[0])})"

    def _print_loggamma(self, expr: sp.loggamma) -> str:
        return f"log Γ({self.doprint(expr.args[0])})"

    def _print_polygamma(self, expr: sp.polygamma) -> str:
        order, place = expr.args
        if not order.is_Integer or order > 3:
            return f"ψ^({self.doprint(order)})({self.doprint(place)})"
        return f"ψ{chr(39) * int(order)}({self.doprint(place)})"

    def _print_besseli(self, expr: sp.besseli) -> str:
        return self._of_order("I", *expr.args)

    def _print_besselk(self, expr: sp.besselk) -> str:
        return self._of_order("K", *expr.args)

    def _of_order(self, sign: str, order: sp.Expr, place: sp.Expr) -> str:
        text = self.doprint(order)
        return f"{sign}{text if order.is_Integer else f'[{text}]'}({self.doprint(place)})"

    def _print_Abs(self, expr: sp.Abs) -> str:
        return f"|{self.doprint(expr.args[0])}|"

    def _print_Max(self, expr: sp.Max) -> str:
        return f"max({', '.join(self.doprint(a) for a in expr.args)})"

    def _print_Min(self, expr: sp.Min) -> str:
        return f"min({', '.join(self.doprint(a) for a in expr.args)})"

    def _print_Heaviside(self, expr: sp.Heaviside) -> str:
        inner = expr.args[0]
        positive = [t for t in sp.Add.make_args(inner) if not t.could_extract_minus_sign()]
        left = sp.Add(*positive)
        return f"[{self.doprint(left)} > {self.doprint(left - inner)}]"

    def _print_floor(self, expr: sp.floor) -> str:
        return f"floor({self.doprint(expr.args[0])})"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        parts = []
        for branch, condition in expr.args:
            place = "otherwise" if condition == sp.true else f"if {self.doprint(condition)}"
            parts.append(f"{self.doprint(branch)} {place}")
        return "{" + "; ".join(parts) + "}"

    def _print_Add(self, expr: sp.Add, order: Any = None) -> str:  # noqa: ARG002  (SymPy's signature)
        size = shared_size(expr)
        if size is not None:
            inner = f"({self.doprint(sp.Add(*[t / size for t in expr.args]))})"
            above = inner if size.p == 1 else f"{size.p}·{inner}"
            return above if size.q == 1 else f"{above}/{size.q}"
        terms = self._as_ordered_terms(expr)
        terms.sort(key=lambda t: t.could_extract_minus_sign())  # stable: positive terms first
        text = ""
        for term in terms:
            minus = term.could_extract_minus_sign()
            body = self.bracket(-term if minus else term, PRECEDENCE["Add"] + 1)
            text += (f" - {body}" if minus else f" + {body}") if text else (f"-{body}" if minus else body)
        return text

    def _print_Mul(self, expr: sp.Mul) -> str:
        if expr.could_extract_minus_sign():
            return "-" + self.bracket(-expr, PRECEDENCE["Mul"])
        coefficient, rest = expr.as_coeff_Mul()
        above, below = [], []
        if "." in number(coefficient):
            above.append(number(coefficient))
        else:
            above += [number(sp.Integer(coefficient.p))] if coefficient.p != 1 else []
            below += [number(sp.Integer(coefficient.q))] if coefficient.q != 1 else []
        for factor in rest.as_ordered_factors():
            base, exponent = factor.as_base_exp()
            if not isinstance(factor, sp.exp) and exponent.is_Rational and exponent.is_negative:
                below.append(self.bracket(base**-exponent, PRECEDENCE["Mul"] + 1))
            else:
                above.append(self.bracket(factor, PRECEDENCE["Mul"]))
        top = "·".join(above) or "1"
        if not below:
            return top
        return f"{top}/{below[0]}" if len(below) == 1 else f"{top}/({'·'.join(below)})"


def number(value: sp.Rational) -> str:
    """A rational as people write it: 1/3 as a fraction, 269/200 as 1.345, 200/937 to six digits.

    >>> [number(sp.Rational(*pair)) for pair in ((1, 3), (269, 200), (200, 937), (4, 1))]
    ['1/3', '1.345', '0.213447', '4']
    """
    if not isinstance(value, sp.Rational) or value.q <= 12:
        return str(value)
    return f"{float(value):.6g}"


def shared_size(expression: sp.Add) -> sp.Rational | None:
    """The size of the coefficient that the terms of a plain difference have in common, unless it is 1.

    SymPy writes (y - f)/3 as y/3 - f/3.
    """
    parts = [term.as_coeff_Mul() for term in expression.args]
    sizes = {abs(coefficient) for coefficient, _ in parts}
    if not all(factor.is_Symbol for _, rest in parts for factor in sp.Mul.make_args(rest)):
        return None
    if len(sizes) != 1:
        return None
    (size,) = sizes
    return size if size != 1 and size.is_Rational else None

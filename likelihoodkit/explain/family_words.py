"""How the words of single families are spelt in plain text: whole losses and their slopes."""

from __future__ import annotations

import re


def _slopes(symbol: str, arguments: str, places: str, names: dict[str, str]) -> dict[str, tuple[str, str]]:
    """``d/dt G[...]`` for each name: in what it is differentiated, by its letters."""
    rows = {}
    for name, letters in names.items():
        if not letters:
            rows[name] = f"{symbol}[{places}]", "atom"
        elif len(letters) == 1:
            rows[name] = f"d/d{letters} {symbol}({arguments})[{places}]", "atom"
        else:
            below = f"d{letters[0]}2" if letters[0] == letters[1] else f"d{letters[0]}d{letters[1]}"
            rows[name] = f"d2/{below} {symbol}({arguments})[{places}]", "atom"
    return rows


def _orders(letters: str) -> list[str]:
    """First and second derivatives in these letters."""
    pairs = [first + second for i, first in enumerate(letters) for second in letters[i:]]
    return [*letters, *pairs]


#: law -> the letters it is derived in, what it is held at and predicts, is the mass between two ends a function, too?
_BOUNDED: dict[str, tuple[str, str, bool]] = {
    "gamma": ("tn", "mean = {0:inverse}, shape = {1:exp}", True),
    "negative_binomial": ("fa", "f = {0}, a = {1}", False),
    "normal": ("mt", "mean = {0}, scale = {1:inverse}", False),
    "poisson": ("f", "f = {0}", False),
    "beta": ("fg", "logit mean = {0}, concentration = {1:exp}", True),
    "extreme": ("mt", "location = {0}, scale = {1:inverse}", False),
    "logistic": ("mt", "location = {0}, scale = {1:inverse}", False),
    "secant": ("mt", "location = {0}, scale = {1:inverse}", True),
    "huber": ("mt", "threshold = {0}, location = {1}, scale = {2:inverse}", True),
    "laplace": ("mt", "rates = {0}, {1}, location = {2}, scale = {3:inverse}", True),
    "split_normal": ("mt", "rates = {0}, {1}, location = {2}, scale = {3:inverse}", True),
    "johnson": ("mtgn", "location = {0}, scale = {1:inverse}, skew = {2}, tail = {3:exp}", True),
    "arcsinh": ("mtgn", "location = {0}, scale = {1:inverse}, skew = {2}, tail = {3:exp}", True),
    "fatigue": ("mn", "median = {0:exp}, shape = {1:inverse}", True),
    "box_cox": ("mta", "median = {0:exp}, scale = {1:inverse}, power = {2}", True),
    "skew": ("mta", "location = {0}, scale = {1:inverse}, skew = {2}", True),
    "student": ("mtn", "location = {0}, scale = {1:inverse}, df = {2:exp}", False),
    "rice": ("fs", "centre = {0:exp}, scale = {1:exp}", True),
    "delay": ("msg", "location = {0}, scale = {1:exp}, rate = {2:exp}", True),
    "passage": ("fg", "mean = {0:exp}, shape = {1:exp}", True),
    "log_gamma": ("mtn", "m = {0}, t = {1}, shape = {2:exp}", True),
    "burr": ("mtn", "m = {0}, t = {1}, shape = {2:exp}", True),
    "kumaraswamy": ("mtn", "m = {0}, t = {1}, shape = {2:exp}", True),
    "extreme_value": ("mfs", "location = {0}, scale = {1:exp}, shape = {2}", True),
    "pareto": ("fs", "scale = {0:exp}, shape = {1}", True),
    "gompertz": ("fg", "rate = {0:exp}, shape = {1:exp}", False),
    "power": ("mfk", "location = {0}, scale = {1:exp}, shape = {2:exp}", True),
    "zeta": ("f", "shape = 1 + {0:exp}", True),
    "lived": ("gn", "rate = {0:exp}, shape = {1:exp}", True),
}


#: laws of rounded places: of the mass between two, how far they are apart is an argument that says nothing new
_ROUNDED = ("gamma", "beta", "log_gamma", "kumaraswamy")


def _moved(places: str, by: int) -> str:
    """The same template for arguments that stand ``by`` places later."""
    return re.sub(r"\d(?=[:}])", lambda place: str(int(place[0]) + by), places)


def _between_bounds() -> dict[str, tuple[str, str]]:
    """The losses of what is seen between two bounds, and what lies between them."""
    rows: dict[str, tuple[str, str]] = {}
    for law, (letters, places, mass) in _BOUNDED.items():
        seen = "[log P(low <= Y <= high) - log p(y)]", "y = {0}, low = {1}, high = {2}", f"{law}_within"
        between = "[log P(low <= Y <= high)]", "low = {0}, high = {1}", f"{law}_between"
        for symbol, bounds, name in (seen, between) if mass else (seen,):
            told = _moved(places, bounds.count("=") + (bounds is between[1] and law in _ROUNDED))
            names = {name: "", **{f"{name}_{order}": order for order in _orders(letters)}}
            rows |= _slopes(symbol, ", ".join(letters), f"{bounds}, {told}", names)
    return rows


#: primitive -> (template, does it need parentheses inside a product or power?)
FAMILY_TEMPLATES: dict[str, tuple[str, str]] = {
    "exp_gap_times": ("(e^({0}) - e^({1}))·{2:product}", "product"),
    "bessel_gap": ("D[log I0(e^v)]({0}, {1})", "atom"),
    "bessel_gap_slope": ("d/ds D[log I0(e^v)]({0}, {1})", "atom"),
    "bessel_bend": ("e^(2 {0})·(I1/I0)'(e^({0}))", "product"),
    "bessel_lean": ("e^({0})·(I1/I0)'(e^({0}))", "product"),
    "bessel_lean_slope": ("d/dv e^v·(I1/I0)'(e^v)[v = {0}]", "product"),
    "zeta_gap": ("D[log zeta(1 + e^v)]({0}, {1})", "atom"),
    "zeta_gap_slope": ("d/ds D[log zeta(1 + e^v)]({0}, {1})", "atom"),
    "zeta_bend": ("e^(2 {0})·(log zeta)''(1 + e^({0}))", "product"),
    "zeta_bend_slope": ("d/dv e^(2v)·(log zeta)''(1 + e^v)[v = {0}]", "product"),
    "tilt_gap": ("D[log((e^x - 1)/x)]({0}, {1})", "atom"),
    "tilt_gap_slope": ("d/ds D[log((e^x - 1)/x)]({0}, {1})", "atom"),
    "tilt_bend": ("(log((e^x - 1)/x))''({0})", "atom"),
    "tilt_bend_slope": ("(log((e^x - 1)/x))'''({0})", "atom"),
    "tilt_bend_curve": ("(log((e^x - 1)/x))''''({0})", "atom"),
    "log_sigmoid_gap": ("log(sigmoid({0})/sigmoid({1}))", "atom"),
    "logarithmic_gap": ("D[log(-log(1 - sigmoid))]({0}, {1})", "atom"),
    "logarithmic_gap_slope": ("d/ds D[log(-log(1 - sigmoid))]({0}, {1})", "atom"),
    "logarithmic_bend": ("(1 - sigmoid({0}))·var(logarithmic)", "product"),
    "resultant_gap": ("D[log(I[d/2 - 1](e^v)·e^(v(1 - d/2)))]({0}, {1})", "atom"),
    "resultant_gap_slope": ("d/ds D[log(I[d/2 - 1](e^v)·e^(v(1 - d/2)))]({0}, {1})", "atom"),
    "resultant_bend": ("e^(2 {0})·A[d]'(e^({0}))", "product"),
    "resultant_lean": ("e^({0})·A[d]'(e^({0}))", "product"),
    "resultant_lean_slope": ("d/dv e^v·A[d]'(e^v)[v = {0}]", "product"),
    "generalized_pareto_loss": ("[{1} + (1 + 1/a) log(1 + a {0} exp(-({1}))), a = {2}]", "atom"),
    **_slopes(
        "[t + (1 + 1/a) log(1 + a y exp(-t))]",
        "y, t, a",
        "{0}, {1}, {2}",
        {
            "generalized_pareto_scale": "t",
            "generalized_pareto_shape": "a",
            "generalized_pareto_scale_curve": "tt",
            "generalized_pareto_cross": "ta",
            "generalized_pareto_shape_curve": "aa",
        },
    ),
    "extreme_value_loss": (
        "[{1} + (1 + 1/a) log(g) + g^(-1/a), g = 1 + a ({0}) exp(-({1})), a = {2}]",
        "atom",
    ),
    **_slopes(
        "[t + (1 + 1/a) log(g) + g^(-1/a), g = 1 + a r exp(-t)]",
        "r, t, a",
        "{0}, {1}, {2}",
        {
            "extreme_value_pull": "r",
            "extreme_value_scale": "t",
            "extreme_value_shape": "a",
            "extreme_value_pull_curve": "rr",
            "extreme_value_pull_scale": "rt",
            "extreme_value_pull_shape": "ra",
            "extreme_value_scale_curve": "tt",
            "extreme_value_scale_shape": "ta",
            "extreme_value_shape_curve": "aa",
        },
    ),
    "extreme_value_turning": (
        "[(g^(-1/a) - a) exp(-2 ({1}))/g^2, g = 1 + a ({0}) exp(-({1})), a = {2}]",
        "atom",
    ),
    "normal_beyond": ("[log Φ(w) + ({1} - ({0}))^2 exp(2 ({2}))/2 + log(2 pi)/2, w = {0} exp({2})]", "atom"),
    **_slopes(
        "[log Phi(x exp(t)) + (d - x)^2 exp(2 t)/2]",
        "x, d, t",
        "{0}, {1}, {2}",
        {f"normal_beyond_{letters}": letters for letters in ("x", "t", "xt", "tt")},
    ),
    "normal_beyond_xx": ("d2/dx2 [log Phi(x exp(t)) + (d - x)^2 exp(2 t)/2](x, t)[{0}, {1}]", "atom"),
    "log_poisson_cdf": ("log P(Y <= {0})[log mean = {1}]", "atom"),
    "log_poisson_cdf_f": ("d/df log P(Y <= {0})[log mean = {1}]", "atom"),
    "log_poisson_cdf_ff": ("d2/df2 log P(Y <= {0})[log mean = {1}]", "atom"),
    "log_poisson_survival": ("log P(Y > {0})[log mean = {1}]", "atom"),
    "log_poisson_survival_f": ("d/df log P(Y > {0})[log mean = {1}]", "atom"),
    "log_poisson_survival_ff": ("d2/df2 log P(Y > {0})[log mean = {1}]", "atom"),
    "log_conway_cdf": ("log P(Y <= {0})[{1}, {2}]", "atom"),
    "log_conway_cdf_f": ("d/df log P(Y <= {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_cdf_n": ("d/dn log P(Y <= {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_cdf_ff": ("d2/df2 log P(Y <= {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_cdf_fn": ("d2/dfdn log P(Y <= {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_cdf_nn": ("d2/dn2 log P(Y <= {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_survival": ("log P(Y > {0})[{1}, {2}]", "atom"),
    "log_conway_survival_f": ("d/df log P(Y > {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_survival_n": ("d/dn log P(Y > {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_survival_ff": ("d2/df2 log P(Y > {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_survival_fn": ("d2/dfdn log P(Y > {0})[f = {1}, n = {2}]", "atom"),
    "log_conway_survival_nn": ("d2/dn2 log P(Y > {0})[f = {1}, n = {2}]", "atom"),
    **{
        key: row
        for tail, sign in (("cdf", "<="), ("survival", ">"))
        for key, row in _slopes(
            f"log P(Y {sign} y)",
            "f, g",
            "y = {0}, f = log(mean) = {1}, g = log(shape) = {2}",
            {
                f"log_passage_{tail}" + (f"_{letters}" if letters else ""): letters
                for letters in ("", "f", "g", "ff", "fg", "gg")
            },
        ).items()
    },
    **{
        key: row
        for law, letters in (
            ("generalized_poisson", "fa"),
            ("poisson_inverse_gaussian", "fa"),
            ("skellam", "fa"),
            ("logarithmic", "f"),
        )
        for tail, sign in (("cdf", "<="), ("survival", ">"))
        for key, row in _slopes(
            f"log P(Y {sign} y)",
            ", ".join(letters),
            ", ".join(("y = {0}", *(f"{letter} = {{{1 + k}}}" for k, letter in enumerate(letters)))),
            {f"log_{law}_{tail}" + (f"_{order}" if order else ""): order for order in ("", *_orders(letters))},
        ).items()
    },
    "gap_of_powers": ("({0} |{1} exp({2})|^{3} - {4} |{5} exp({6})|^{7})", "atom"),
    "log1m_exp_ratio": ("log((1 - exp(-exp({0})))/exp({0}))", "atom"),
    "rate_short": ("(1 - x/(exp(x) - 1))[x = exp({0})]", "atom"),
    "argument_rate_short": ("log(x) (1 - x/(exp(x) - 1))[x = exp({0})]", "atom"),
    "rate_less_exp": ("exp({2}) (x/(exp(x) - 1) - exp({1}))[x = exp({0})]", "atom"),
    "rate_less_power": ("exp({4}) (x/(exp(x) - 1) - ({1} exp({2}))^exp({3}))[x = exp({0})]", "atom"),
    "log_reversed_risk": ("log(-log(1 - exp(-exp({0}))))", "atom"),
    "log_reversed_risk_slope": ("d/dz log(-log(1 - exp(-exp(z))))[{0}]", "atom"),
    "log_reversed_risk_curve": ("d2/dz2 log(-log(1 - exp(-exp(z))))[{0}]", "atom"),
    "growth_excess": ("(exp({1}) (exp({0}) - 1) - {0})", "atom"),
    "log_expm1_over": ("log((exp({0} exp({1})) - 1)/exp({1}))", "atom"),
    "log_expm1_over_slope": ("d/dg log((exp({0} exp(g)) - 1)/exp(g))[{1}]", "atom"),
    "log_expm1_over_curve": ("d2/dg2 log((exp({0} exp(g)) - 1)/exp(g))[{1}]", "atom"),
    "log_beta_below": ("log P(Y <= y)[logit(y) = {0}, logit(mean) = {1}, log concentration = {2}]", "atom"),
    "log_beta_below_f": ("d/df log P(Y <= y)[logit(y) = {0}, logit(mean) = {1}, log concentration = {2}]", "atom"),
    "log_beta_below_g": ("d/dg log P(Y <= y)[logit(y) = {0}, logit(mean) = {1}, log concentration = {2}]", "atom"),
    "log_beta_below_ff": ("d2/df2 log P(Y <= y)[logit(y) = {0}, logit(mean) = {1}, log concentration = {2}]", "atom"),
    "log_beta_below_fg": ("d2/dfdg log P(Y <= y)[logit(y) = {0}, logit(mean) = {1}, log concentration = {2}]", "atom"),
    "log_beta_below_gg": ("d2/dg2 log P(Y <= y)[logit(y) = {0}, logit(mean) = {1}, log concentration = {2}]", "atom"),
    "log_gamma_below": ("log P(Y <= y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_below_t": ("d/dt log P(Y <= y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_below_n": ("d/dn log P(Y <= y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_below_tt": ("d2/dt2 log P(Y <= y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_below_tn": ("d2/dtdn log P(Y <= y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_below_nn": ("d2/dn2 log P(Y <= y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_above": ("log P(Y > y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_above_t": ("d/dt log P(Y > y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_above_n": ("d/dn log P(Y > y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_above_tt": ("d2/dt2 log P(Y > y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_above_tn": ("d2/dtdn log P(Y > y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_gamma_above_nn": ("d2/dn2 log P(Y > y)[y/mean = {0} exp({1}), log shape = {2}]", "atom"),
    "log_student_below": ("log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_r": ("d/dr log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_t": ("d/dt log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_n": ("d/dn log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_rr": ("d2/dr2 log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_rt": ("d2/drdt log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_rn": ("d2/drdn log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_tt": ("d2/dt2 log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_tn": ("d2/dtdn log T({2}; {0} exp({1}))", "atom"),
    "log_student_below_nn": ("d2/dn2 log T({2}; {0} exp({1}))", "atom"),
    "log_negative_binomial_cdf": ("log P(Y <= {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_cdf_f": ("d/df log P(Y <= {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_cdf_a": ("d/da log P(Y <= {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_cdf_ff": ("d2/df2 log P(Y <= {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_cdf_fa": ("d2/dfda log P(Y <= {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_cdf_aa": ("d2/da2 log P(Y <= {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_survival": ("log P(Y > {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_survival_f": ("d/df log P(Y > {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_survival_a": ("d/da log P(Y > {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_survival_ff": ("d2/df2 log P(Y > {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_survival_fa": ("d2/dfda log P(Y > {0})[f = {1}, a = {2}]", "atom"),
    "log_negative_binomial_survival_aa": ("d2/da2 log P(Y > {0})[f = {1}, a = {2}]", "atom"),
    **_between_bounds(),
    "conway_maxwell_poisson_loss": ("[log(Z({1}, {2})) - {0} ({1}) + exp({2}) log({0}!)]", "atom"),
    "conway_maxwell_poisson_f": ("(E[k; {1}, {2}] - {0})", "atom"),
    "conway_maxwell_poisson_n": ("exp({2}) (log({0}!) - E[log(k!); {1}, {2}])", "product"),
    "conway_maxwell_poisson_ff": ("Var[k; {1}, {2}]", "atom"),
    "conway_maxwell_poisson_fn": ("-exp({2}) Cov[k, log(k!); {1}, {2}]", "product"),
    "conway_maxwell_poisson_nn": ("d2/dn2 [log(Z(f, n)) + exp(n) log(k!)][{0}, {1}, {2}]", "atom"),
    "student_cut_loss": ("-log T({0}; 1/|{1}|)", "sum"),
    **_slopes(
        "[-log T(d; 1/|x|)]",
        "d, x",
        "{0}, {1}",
        {f"student_cut_{letters}": letters for letters in ("d", "x", "dd", "dx", "xx")},
    ),
    "student_window_loss": ("-log(T({0}; {1} + {2}) - T({0}; {1} - {2}))", "sum"),
    **_slopes(
        "[-log(T(d; m + h) - T(d; m - h))]",
        "d, m, h",
        "{0}, {1}, {2}",
        {f"student_window_{letters}": letters for letters in ("d", "m", "h", "dd", "dm", "dh", "mm", "mh", "hh")},
    ),
    "student_window_spread": ("(m d/dm + h d/dh) [-log(T(d; m + h) - T(d; m - h))][{0}, {1}, {2}]", "atom"),
    "skellam_loss": (
        "[exp({1}) + exp({2}) - {0} ({1} - ({2}))/2 - log(I_|{0}|(2 exp(({1} + {2})/2)))]",
        "atom",
    ),
    "skellam_first": ("d/du [exp(u) + exp(v) - k (u - v)/2 - log(I_|k|(2 exp((u + v)/2)))][{0}, {1}, {2}]", "atom"),
    "skellam_bend": (
        "[d2/du2 - d/du/2] [-k (u - v)/2 - log(I_|k|(2 exp((u + v)/2)))][{0}, {1}, {2}]",
        "atom",
    ),
    "skellam_cross": ("d2/dudv log(I_|k|(2 exp((u + v)/2)))[{0}, {1}, {2}]", "atom"),
    "tweedie_deviance_half": ("exp(-({2})) deviance({0}, exp({1}); {3})/2", "product"),
    "tweedie_pull": ("(exp({1}) - {0}) exp((1 - {3}) ({1}) - ({2}))", "product"),
    "tweedie_bend": ("((2 - {3}) exp({1}) + ({3} - 1) {0}) exp((1 - {3}) ({1}) - ({2}))", "product"),
    "tweedie_normaliser": ("S({0}; {1})", "atom"),
    "tweedie_apart": ("log({0}) + S({1} - (2 - {2}) log({0}); {2})", "sum"),
    "tweedie_normaliser_slope": ("S'({0}; {1})", "atom"),
    "tweedie_normaliser_curve": ("S''({0}; {1})", "atom"),
    "tweedie_cdf": ("P(Y <= {0})", "atom"),
    **{f"tweedie_cdf_{order}": (f"d/d{order} P(Y <= {{0}})", "atom") for order in ("f", "g", "ff", "fg", "gg")},
    "tweedie_survival": ("P(Y > {0})", "atom"),
    "extreme_value_mean": ("(gamma(1 - {0}) - 1)/{0}", "product"),
    "extreme_value_variance": ("(gamma(1 - 2 {0}) - gamma(1 - {0})^2)/{0}^2", "product"),
    "extreme_value_moment": ("(d/d{0})^{2} moment {1}({0})", "product"),
    "extreme_value_information": ("I({0}; {1}, {2})", "atom"),
}

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from likelihoodkit import __version__, losses
from likelihoodkit.cli import main
from likelihoodkit.command_line.csvfile import CsvFile
from likelihoodkit.command_line.parse import WRAPPERS, parse, parse_family
from likelihoodkit.errors import InputError, LikelihoodKitError, UnknownNameError
from likelihoodkit.families import FAMILIES

DATA = Path(__file__).parents[1] / "likelihoodkit" / "data"
STACKLOSS = str(DATA / "stackloss.csv")


def run(capsys, *arguments):
    code = main(list(arguments))
    streams = capsys.readouterr()
    return code, streams.out, streams.err


def run_json(capsys, *arguments):
    code, out, err = run(capsys, *arguments, "--json")
    assert err == ""
    return code, json.loads(out)


def shell(*arguments, **environment):
    command = [sys.executable, "-m", "likelihoodkit", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **environment}, check=False
    )


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from likelihoodkit.cli import main; main(['--help']); "
        "print(sorted({'sympy', 'numpy', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "derive" in done.stdout


def test_module_and_version():
    done = shell("--version")
    assert (done.returncode, done.stdout) == (0, f"likelihoodkit {__version__}\n")


def test_usage_is_two_and_never_a_traceback():
    for arguments in (
        [],
        ["nonsense"],
        ["explain", "nonsense"],
        ["derive", "Normal(scale=-1)"],
        ["derive", "Normal(1)"],
        ["derive", "Normal(sigma=1)"],
        ["derive", "__import__('os').getpid()"],
        ["derive", "("],
        ["derive", "Normal(scale=lk.derive)"],
        ["prove", "Normal", "huber"],
        ["fit", "/there/is/no/such.csv", "--outcome", "y", "--family", "Normal"],
    ):
        done = shell(*arguments)
        assert "Traceback" not in done.stderr, arguments
        assert done.returncode == 2 or arguments == ["prove", "Normal", "huber"], arguments
        assert done.stderr or done.stdout


def test_a_terminal_without_greek_letters():
    done = shell("derive", "NegativeBinomial", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away():
    command = f"{sys.executable} -m likelihoodkit list | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("families")
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


def test_list(capsys):
    code, out, _ = run(capsys, "list")
    assert code == 0
    for name in (*FAMILIES, *losses.names(), "softplus", "newcomb"):
        assert name in out
    code, data = run_json(capsys, "list", "losses")
    assert code == 0
    assert set(data) == {
        "losses: regression",
        "losses: positive",
        "losses: binary",
        "losses: classes",
        "losses: between",
        "losses: pairs",
        "losses: sequences",
        "losses: generative",
    }


@pytest.mark.parametrize("name", ["Normal", "Huber", "Categorical", "huber", "poisson_deviance"])
def test_show(capsys, name):
    code, data = run_json(capsys, "show", name)
    assert code == 0
    assert data["name"] == name
    assert data["kind"] == ("noise" if name[0].isupper() else "loss")
    code, out, _ = run(capsys, "show", name)
    assert code == 0
    assert "parameter" in out


def test_derive(capsys):
    code, data = run_json(capsys, "derive", "Normal(scale=1)")
    assert code == 0
    assert data["outputs"] == ["mean"]
    assert data["gradient"]["mean"]["text"] == "f[x] - y"
    assert data["hessian"]["mean mean"]["text"] == "1"
    code, out, _ = run(capsys, "derive", "pinball(0.9)")
    assert code == 0
    assert "loss      max(" in out


def test_prove(capsys):
    assert run(capsys, "prove", "Laplace(scale=1)", "absolute_error")[0] == 0
    code, data = run_json(capsys, "prove", "Normal", "squared_error")
    assert code == 1
    assert data["verdict"] == "refuted"
    assert data["counterexample"]["points"]


def test_prove_formulas(capsys):
    assert run(capsys, "prove", "Laplace(scale=1)", "3*abs(y - a)")[0] == 0
    assert run(capsys, "prove", "Poisson", "a - y*log(a)")[0] == 0  # counts and a positive mean, as the family says
    code, out, _ = run(capsys, "prove", "(y - a)**2/b", "squared_error")
    assert code == 0
    assert "factor    c = 1/b" in out
    assert "b is not predicted" in out
    assert run(capsys, "prove", "exp(y - a) - y + a", "(y - a)**2")[0] == 1
    classes = ("--outcome", "classes", "--prediction", "vector")
    assert run(capsys, "prove", "log_sum_exp(a) - pick(a, y)", "softmax_cross_entropy", *classes)[0] == 0


def test_reverse(capsys):
    code, out, _ = run(capsys, "reverse", "log(1 + (y - a)**2)")
    assert code == 0
    assert "noise      Cauchy(scale=1)" in out
    code, data = run_json(capsys, "reverse", "hinge")
    assert code == 0
    assert data["tier"] == "neither"
    assert "moves with the prediction" in data["reasons"][0]
    positive = ("--outcome", "positive", "--prediction", "positive")
    assert run_json(capsys, "reverse", "y/a + log(a)", *positive)[1]["family"] == "Exponential"


def test_elicits(capsys):
    code, out, _ = run(capsys, "elicits", "max(0.9*(y - a), -0.1*(y - a))")
    assert code == 0
    assert "elicits   quantile(0.9)" in out
    code, data = run_json(capsys, "elicits", "focal(2)")
    assert code == 0
    assert data["elicits"] == "distorted probability"
    assert data["proper"]["verdict"] == "neither"
    assert data["proper"]["counterexample"]["risk_q"] < data["proper"]["counterexample"]["risk_p"]
    assert run_json(capsys, "elicits", "pinball")[1]["elicits"] == "quantile(level)"
    binary = ("--outcome", "binary", "--prediction", "unit")
    assert run_json(capsys, "elicits", "(y - a)**2", *binary)[1]["proper"]["verdict"] == "strictly proper"


@pytest.mark.parametrize(("text", "match"), [
    ("9**9**9*(y - a)", "power beyond 200"),
    ("open(y - a)", "uses 'open'"),
    ("(y - a).real", "cannot read"),
    ("y - a if y else a", "cannot read"),
    ("abs(y, a)", "gives abs 2 arguments"),
    ("y - 'a'", "speaks of no prediction"),
    ("(y - b)*(y - c)", "speaks of no prediction"),
    ("(y - a)/0", "no finite number"),
    ("y**a**" * 200 + "a", "characters"),
    ("y" + "-" * 990 + "a", "nested too deeply"),
])  # fmt: skip
def test_what_is_no_formula(capsys, text, match):
    code, out, err = run(capsys, "reverse", text)
    assert (code, out) == (2, "")
    assert match in err


def test_explain(capsys):
    code, out, _ = run(capsys, "explain", "Bernoulli", "--format", "markdown")
    assert code == 0
    assert "$$" in out
    assert run_json(capsys, "explain", "brier")[1]["sections"]


def test_check(capsys):
    code, data = run_json(capsys, "check", "Poisson")
    assert code == 0
    assert data["passed"] is True
    assert run(capsys, "check", "squared_error")[0] == 2


def test_fit(capsys, tmp_path):
    code, data = run_json(capsys, "fit", STACKLOSS, "--outcome", "stack_loss", "--family", "StudentT")
    assert code == 0
    assert data["converged"] is True
    assert set(data["params"]["location"]) == {"intercept", "air_flow", "water_temperature", "acid_concentration"}
    fit = ["fit", STACKLOSS, "--outcome", "stack_loss", "--family", "Normal"]
    code, data = run_json(capsys, *fit, "--features", "air_flow", "--no-intercept")
    assert (code, list(data["params"]["mean"])) == (0, ["air_flow"])
    code, data = run_json(capsys, "fit", STACKLOSS, "--outcome", "stack_loss", "--family", "Normal", "--features", "")
    assert data["params"]["mean"]["intercept"] == pytest.approx(17.5238, abs=1e-4)
    code, out, _ = run(capsys, "fit", STACKLOSS, "--outcome", "stack_loss", "--family", "Laplace")
    assert code == 0
    assert "log-likelihood" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y,x\n1,2\n2,red\n", "line 3, column 'x' holds 'red', not a number"),
        ("y,x\n1,2\n2,\n", "line 3, column 'x' is empty"),
        ("y,x\n1,2\n2,nan\n", "line 3, column 'x' holds 'nan', not a finite number"),
        ("y,x\n1,2,3\n", "line 2: 3 cells under a header of 2"),
        ("y,y\n1,2\n", "two columns are called 'y'"),
        ("y,x\n", "no rows below a header line"),
        ("", "no rows below a header line"),
        ("z,x\n1,2\n", "no column 'y'"),
        ("y,x\n1,2\n1,3\n2,2\n-1,4\n", "y[3] = -1"),
    ],
)
def test_fit_says_what_is_wrong_with_the_file(capsys, tmp_path, text, message):
    file = tmp_path / "data.csv"
    file.write_text(text)
    code, out, err = run(capsys, "fit", str(file), "--outcome", "y", "--family", "Poisson")
    assert (code, out) == (2, "")
    assert message in err
    code, data = run_json(capsys, "fit", str(file), "--outcome", "y", "--family", "Poisson")
    assert code == 2
    assert message in data["message"]


def test_a_fit_at_infinity_is_not_fine(capsys, tmp_path):
    file = tmp_path / "separated.csv"
    file.write_text("y,x\n" + "".join(f"{int(x > 0)},{x}\n" for x in (-3, -2, -1, 1, 2, 3)))
    code, data = run_json(capsys, "fit", str(file), "--outcome", "y", "--family", "Bernoulli")
    assert code == 1
    assert data["warnings"]


def test_csv_with_a_byte_order_mark_and_spaces(tmp_path):
    file = tmp_path / "data.csv"
    file.write_bytes("\ufeffy, x\n1, 2\n\n3,4\n".encode())
    assert CsvFile(file).column("x").tolist() == [2.0, 4.0]
    (tmp_path / "binary.csv").write_bytes(b"y\n\xff\xfe\n")
    with pytest.raises(InputError, match="UTF-8"):
        CsvFile(tmp_path / "binary.csv")


def test_demo(capsys, tmp_path):
    code, data = run_json(capsys, "demo", "--out", str(tmp_path / "out"))
    assert code == 0
    assert [row["noise"].partition("(")[0] for row in data["fits"]] == ["Normal", "Laplace", "StudentT", "Huber"]
    assert all(row["proof"]["verdict"] == "proved" for row in data["fits"])
    assert data["fits"][0]["estimate"] == pytest.approx(26.2121, abs=1e-4)
    assert data["fits"][1]["estimate"] == 27
    assert Path(data["picture"]).stat().st_size > 20_000


def test_parsing_gives_what_python_would():
    import likelihoodkit as lk

    assert parse("Normal") is lk.Normal
    assert parse("lk.Normal(scale=1)") == lk.Normal(scale=1)
    assert parse(" Normal( scale = 'exp' ) ") == lk.Normal(scale="exp")
    assert parse("Normal(mean=-1.5, scale=shared)") == lk.Normal(mean=-1.5, scale=lk.shared)
    assert parse('Normal(scale=shared("exp"))') == lk.Normal(scale=lk.shared("exp"))
    assert parse("lk.losses.huber(1.345)") is losses.huber(1.345)
    assert parse("focal(2, alpha=None)") is losses.focal(2)
    assert parse("losses.poisson_deviance(link='identity')") is losses.poisson_deviance(link="identity")
    assert parse("squared_error") is losses.squared_error


@pytest.mark.parametrize(
    "text",
    [
        "Normal(scale=1 + 1)",
        "Normal(scale=True)",
        "Normal(scale=[1])",
        "Normal(**{})",
        "Normal(*[1])",
        "Normal(scale=1)(1)",
        "Normal.name",
        "os.system('true')",
        "[Normal][0]",
        "Normal; Laplace",
        "Normal(scale=1, scale=2)",
        "Normal(scale=__import__('os').getpid())",
        "lambda: 0",
        "",
        "\x00",
        "(" * 400 + ")" * 400,
        "-" * 900 + "1",
        "Normal(scale=1e999)",
        "9" * 2000,
    ],
)
def test_nothing_else_is_read(text):
    with pytest.raises(LikelihoodKitError):
        parse(text)


@pytest.mark.parametrize("text", WRAPPERS.values(), ids=WRAPPERS)
def test_wrappers_are_read(text):
    from likelihoodkit import wrappers

    assert set(WRAPPERS) == set(wrappers.__all__)
    assert parse(repr(parse(text))) is parse(text)
    assert parse_family(text) is parse(text)


def test_wrappers_take_noises_lists_and_scales():
    import likelihoodkit as lk

    assert parse("Censored(Mixture(Weibull(shape=2), components=2))") is lk.Censored(
        lk.Mixture(lk.Weibull(shape=2), components=2)
    )
    assert parse("lk.Mixture([Normal(scale=1), Laplace])") is lk.Mixture([lk.Normal(scale=1), lk.Laplace])
    assert parse("Mislabelled(Bernoulli, [0.1, 0.2])") is lk.Mislabelled(lk.Bernoulli, [0.1, 0.2])
    assert parse("Independent(squared_error, 3)") == lk.Independent(lk.losses.squared_error, 3)
    for text, says in [
        ("Censored", r"Say which, as in Censored\(Normal\)"),
        ("Censored()", "missing a required argument: 'noise'"),
        ("Censored(log)", "expected a noise family"),
        ("Censored(Normall)", "Did you mean Normal"),
        ("Mixture(Normal, component=2)", "component"),
        ("Transformed(Normal, os)", "no family or loss 'os'"),
        ("Censored([Normal])", "expected a noise family"),
        ("Normal(scale=Gamma)", "cannot read"),
    ]:
        with pytest.raises(LikelihoodKitError, match=says):
            parse(text)


def test_near_misses_are_suggested():
    with pytest.raises(UnknownNameError, match="Did you mean Normal"):
        parse("normal")
    with pytest.raises(UnknownNameError, match="Did you mean squared_error"):
        parse("square_error")
    with pytest.raises(UnknownNameError, match="`likelihoodkit list`"):
        parse_family("qqq")
    with pytest.raises(UnknownNameError):
        parse_family("squared_error")

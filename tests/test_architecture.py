"""The house: one way through it, nothing masked, a frozen front door, small rooms, a light step."""

from __future__ import annotations

import ast
import io
import json
import re
import subprocess
import sys
import tokenize
import tomllib
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

import likelihoodkit as lk
from likelihoodkit.families import FAMILIES

ROOT = Path(lk.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

#: stages in order; a module imports from stages before its own, or from its own package
STAGES = [
    "errors", "exactly", "loading", "supports", "primitives", "links", "declaration", "families", "wrappers", "numbers",
    "nll", "stabilise", "calculus", "compile", "rows", "expectation", "loss", "predict",
    # beside the way, reading the same derivation
    "prove", "certify", "explain", "elicit", "reverse",
    # at the end, only using losses
    "losses", "corrections", "fit", "diagnose", "export", "command_line", "cli", "__main__",
]  # fmt: skip
FREE = {"data"}  # stands alone: imports nothing but errors
ROOT_MODULE = "__init__"  # the front door loads whatever is asked for, when it is asked for


def stage(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(text_of(path))


#: one test a stage, not one a file: two thousand tests took longer to be counted than to be run
by_stage = pytest.mark.parametrize("paths", [[p for p in FILES if stage(p) == s] for s in sorted({*map(stage, FILES)})],
                                   ids=lambda paths: stage(paths[0]))  # fmt: skip


def imported(path: Path) -> set[str]:
    """Stages that a file imports, at the top or inside functions; also through import_module with a literal."""
    found = set()
    for node in ast.walk(tree_of(path)):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = [node.module or ""]
            if node.module == "likelihoodkit":
                names = [f"likelihoodkit.{alias.name}" for alias in node.names if not alias.name.startswith("__")]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value] if re.fullmatch(r"likelihoodkit(\.\w+)+", node.value) else []
        found |= {name.split(".")[1] for name in names if name.startswith("likelihoodkit.")}
    return found


@by_stage
def test_imports_go_one_way(paths: list[Path]) -> None:
    own = stage(paths[0])
    if own == ROOT_MODULE:
        return
    assert own in STAGES or own in FREE, f"{own} has no place in the order of stages"
    for path in paths:
        others = imported(path) - {own}
        if own in FREE:
            assert others <= {"errors"}, path
            continue
        later = {s for s in others if s not in STAGES or STAGES.index(s) > STAGES.index(own)}
        later -= FREE if STAGES.index(own) >= STAGES.index("command_line") else set()
        assert later == set(), f"{path.relative_to(ROOT)} imports from later stages: {sorted(later)}"


#: calls and names that hide a wrong number, run outside text, or hang
FORBIDDEN = {
    "clip", "nan_to_num", "eval", "exec", "sympify", "parse_expr", "simplify", "lambdify", "pickle", "nansum",
    "nanmean", "nanmax", "nanmin",
}  # fmt: skip
ALLOWED = {
    ("declaration/__init__.py", "pickle"): "copyreg.pickle says how classes made at run time are made again",
    ("primitives/record.py", "sympify"): "turns the number 1 of a derivative rule into an expression, never text",
    ("prove/problem.py", "sympify"): "turns int and Fraction into SymPy numbers, after a check of the type",
}


def code_words(path: Path) -> set[str]:
    """Names in code, not in strings or comments."""
    tokens = tokenize.generate_tokens(io.StringIO(text_of(path)).readline)
    return {token.string for token in tokens if token.type == tokenize.NAME}


def judge_node(node: ast.AST, name: str) -> None:
    """No handler that catches everything, nothing added to keep a number from being 0."""
    if isinstance(node, ast.ExceptHandler):
        caught = ast.unparse(node.type) if node.type else ""
        assert caught, f"{name}:{node.lineno}: bare except"
        assert not re.search(r"\b(Base)?Exception\b", caught), f"{name}:{node.lineno}: except {caught}"
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        # two constants are a tolerance written out (1 + 1e-12), a number plus a tiny one is a fudge
        for side, other in ((node.left, node.right), (node.right, node.left)):
            small = isinstance(side, ast.Constant) and isinstance(side.value, float) and 0 < abs(side.value) < 1e-4
            tiny = small and not isinstance(other, ast.Constant)
            assert not tiny, f"{name}:{node.lineno}: {ast.unparse(node)} adds an epsilon"


@by_stage
def test_nothing_is_masked(paths: list[Path]) -> None:
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        said = {
            word for word in FORBIDDEN if word in text_of(path)
        }  # reading tokens is slow: only where it is in doubt
        used = code_words(path) & FORBIDDEN if said else set()
        assert {word for word in used if (name, word) not in ALLOWED} == set(), name
        for node in ast.walk(tree_of(path)):
            judge_node(node, name)


def test_exceptions_to_the_rule_are_needed() -> None:
    for name, word in ALLOWED:
        assert word in code_words(ROOT / name)


@by_stage
def test_files_are_small_and_say_what_they_are(paths: list[Path]) -> None:
    for path in paths:
        assert len(text_of(path).splitlines()) <= 400, path
        assert not text_of(path).strip() or ast.get_docstring(tree_of(path)), f"{path} has no docstring"


TABLES = {"__init__", "announced", "contents"}  # of the folder of families, what is none
FAMILY_FILES = [p for p in FILES if stage(p) == "families" and p.stem not in TABLES]


@pytest.mark.parametrize("path", FAMILY_FILES, ids=lambda p: p.stem)
def test_a_family_is_a_declaration(path: Path) -> None:
    """One class, no methods, a textbook docstring with a reference, at most 45 lines besides it."""
    tree = tree_of(path)
    (declared,) = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert declared.name in FAMILIES
    assert declared.name.lower() == path.stem.replace("_", "")
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    assert declared.end_lineno is not None
    words = ast.get_docstring(declared) or ""
    assert declared.end_lineno - declared.lineno - len(words.splitlines()) <= 45
    for needed in ("Choose it", "Reference: "):
        assert needed in words, f"{declared.name}: the docstring does not say {needed!r}"


def test_every_family_has_a_file_and_a_chapter() -> None:
    assert len(FAMILY_FILES) == len(FAMILIES)
    assert set(lk.families.__all__) >= set(FAMILIES)


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


HEAVY = (
    "sympy",
    "scipy",
    "mpmath",
    "torch",
    "jax",
    "numba",
    "sklearn",
    "xgboost",
    "lightgbm",
    "catboost",
    "matplotlib",
)


def test_importing_the_package_is_light() -> None:
    loaded = set(json.loads(run("import json, sys, likelihoodkit; print(json.dumps(sorted(sys.modules)))")))
    assert {name for name in loaded if name.split(".")[0] in HEAVY} == set()


def test_deriving_loads_no_statistics_and_no_framework() -> None:
    code = (
        "import json, sys, likelihoodkit as lk; lk.derive(lk.Gamma).value_and_gradient([1.0], [[0.0, 0.0]]);"
        "print(json.dumps(sorted(sys.modules)))"
    )
    loaded = set(json.loads(run(code)))
    assert "scipy.stats" not in loaded
    assert {name for name in loaded if name in HEAVY[3:]} == set()


# -- the front door ------------------------------------------------------------------------------------------------

NOUNS = {"Distribution", "NamedLoss", "Loss", "Belief", "Proof", "Functional", "Noise", "Report", "Explanation", "Fit"}
NOUNS |= {"Comparison", "Diagnosis", "Suggestion"}
WRAPPERS = {
    "Censored", "Discretised", "Hurdle", "Independent", "Joint", "Mislabelled", "Mixture",
    "Transformed", "Truncated", "ZeroInflated", "ZeroOneInflated",
}  # fmt: skip
VERBS = {
    "derive", "prove", "elicits", "is_proper", "reverse", "explain", "check", "fit", "quantile", "interval", "minimise",
    "diagnose", "suggest", "compare",
}  # fmt: skip
DECLARING = {"outcome", "parameter", "alternative", "held", "shared", "level"}
ERRORS = {
    "BindingError", "ConvergenceWarning", "DeclarationError", "DerivationError", "FitError", "InputError",
    "LikelihoodKitError", "MissingExtraError", "ShapeError", "SupportError", "UndefinedError", "UnknownNameError",
}  # fmt: skip
SUPPORTS = {
    "real", "positive", "nonnegative", "unit", "counts", "binary", "circle", "simplex", "classes", "counts_up_to",
}  # fmt: skip
MODULES = {"links", "supports", "losses", "corrections", "data", "families"}
ESTIMATORS = {"Booster", "Classifier", "Regressor"}  # classes of scikit-learn, which is an extra
PUBLIC = ESTIMATORS | NOUNS | WRAPPERS | VERBS | DECLARING | ERRORS | SUPPORTS | MODULES | set(FAMILIES)


def test_public_names_are_frozen() -> None:
    """What a user may rely on. A new name is a decision: add it here, in the README and in the changelog."""
    without = set() if find_spec("sklearn") else ESTIMATORS
    assert set(lk.__all__) == PUBLIC - without
    assert len(lk.__all__) == len(set(lk.__all__))
    for name in lk.__all__:
        assert getattr(lk, name) is not None, name
    assert set(dir(lk)) >= PUBLIC


def test_all_public_names_at_once() -> None:
    """``from likelihoodkit import *`` works with the core alone: names that need a missing extra are left out."""
    names: dict[str, object] = {}
    exec("from likelihoodkit import *", names)
    assert set(lk.__all__) <= set(names)


def test_a_missing_framework_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['sklearn'] = None; sys.modules['sklearn.base'] = None\n"
        "import likelihoodkit as lk\n"
        "try: lk.Regressor\n"
        "except lk.MissingExtraError as problem: print(problem)"
    )
    assert "pip install 'likelihoodkit[sklearn]'" in run(code)


def test_words_of_the_vocabulary_are_public_too() -> None:
    for word in ("exp", "log", "abs", "maximum", "sqrt", "pi", "log_gamma", "softplus", "Piecewise"):
        assert getattr(lk, word) is not None


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(AttributeError, match=r"module 'likelihoodkit' has no attribute 'Nonsense'"):
        _ = lk.Nonsense
    for module, name, meant in ((lk, "Gaussian", "Normal"), (lk.losses, "mse", "squared_error")):
        with pytest.raises(AttributeError, match=rf"has no attribute '{name}'\. Did you mean {meant}\?"):
            getattr(module, name)


def test_every_module_with_public_names_lists_them() -> None:
    for path in FILES:
        for node in tree_of(path).body:
            if isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "__all__" for t in node.targets):
                plain = isinstance(node.value, ast.List) and all(isinstance(e, ast.Constant) for e in node.value.elts)
                names = ast.literal_eval(node.value) if plain else []
                assert len(names) == len(set(names)), path


#: modules whose distribution has another name
DISTRIBUTIONS = {"sklearn": "scikit-learn", "flint": "python-flint"}


def third_party(paths: list[Path]) -> set[str]:
    """Distributions whose modules these files import, at the top or inside functions."""
    own = {path.stem for path in Path(__file__).parent.rglob("*")} | {"likelihoodkit", "tests", "benchmarks"}
    found = set()
    for path in paths:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                found.add((node.module or "").split(".")[0])
    return {DISTRIBUTIONS.get(name, name) for name in found - own - sys.stdlib_module_names}


def test_what_the_extra_tests_import_is_installed_for_them() -> None:
    """A package that a developer happens to have is missing on a fresh machine."""
    project = tomllib.loads((ROOT.parent / "pyproject.toml").read_text(encoding="utf-8"))

    def named(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=~!; ]", requirement)[0].lower() for requirement in requirements}

    core = named(project["project"]["dependencies"])
    extras = core | named(project["dependency-groups"]["extras"])
    missing = third_party(sorted((Path(__file__).parent / "extras").rglob("*.py"))) - extras
    assert not missing, f"add to the group `extras` of pyproject.toml: {sorted(missing)}"
    assert {"torch", "pyarrow", "dask"} <= extras  # the question can be asked

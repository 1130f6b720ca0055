"""Programs kept on disk: found again, rebuilt when spoilt, foreign or of another kit, never needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import likelihoodkit as lk
from likelihoodkit.compile import cache
from likelihoodkit.declaration import as_bound
from likelihoodkit.loading import kept as store
from likelihoodkit.loss import Loss
from likelihoodkit.loss.derived import Derived


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _ = lk.Normal.formula, lk.Laplace.formula, lk.Rayleigh.formula  # read before: their facts are kept elsewhere
    monkeypatch.setenv(store.VARIABLE, str(tmp_path / "programs"))
    return tmp_path / "programs"


def fresh(noise: object = lk.Rayleigh) -> Loss:
    return Loss(as_bound(noise))


def test_a_second_process_does_not_derive(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = fresh().program()
    assert len(list(kept.iterdir())) == 1
    monkeypatch.setattr(Derived, "expressions", lambda *_: pytest.fail("derived again"))
    again = fresh()
    assert again.program() == program
    assert again.program().fingerprint == program.fingerprint
    assert again.gradient([1.0], [0.5]).shape == (1,)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: "[1, 2]",
        lambda text: text.replace("divide", "multiply"),  # the checksum no longer fits
        lambda text: json.dumps({**json.loads(text), "key": "of another question"}),
        lambda text: json.dumps({**json.loads(text), "answer": 3}),
    ],
)
def test_spoilt_and_foreign_entries_are_rebuilt(kept: Path, spoil) -> None:
    program = fresh().program()
    (file,) = kept.iterdir()
    right = file.read_text()
    file.write_text(spoil(right))
    assert fresh().program() == program
    assert file.read_text() == right


def test_an_operation_that_nobody_knows_is_not_called(kept: Path) -> None:
    fresh().program()
    (file,) = kept.iterdir()
    entry = json.loads(file.read_text())
    assert cache._read(entry["answer"]) is not None
    assert cache._read(entry["answer"].replace('"square"', '"system"')) is None


def test_the_declaration_is_the_key(kept: Path) -> None:
    programs = [
        fresh(noise).program()
        for noise in (lk.Normal, lk.Normal(scale="exp"), lk.Normal(scale=1), lk.Normal(scale=2), lk.Laplace(scale=1))
    ]
    assert len({p.fingerprint for p in programs}) == 5
    assert len(list(kept.iterdir())) == 5


def test_another_kit_derives_anew(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh().program()
    monkeypatch.setattr(store, "kit", lambda: "another version")
    fresh().program()
    assert len(list(kept.iterdir())) == 2


def test_no_place_to_keep_anything_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv(store.VARIABLE, str(blocked / "below"))
    assert fresh().program().instructions
    monkeypatch.setenv(store.VARIABLE, "off")
    assert store.directory() is None


def test_where_programs_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(store.VARIABLE)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/somewhere")
    assert store.directory() == Path("/var/somewhere/likelihoodkit")
    monkeypatch.setattr("sys.platform", "darwin")
    assert store.directory() == Path("~/Library/Caches/likelihoodkit").expanduser()
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/local")
    assert store.directory() == Path("/local/likelihoodkit")

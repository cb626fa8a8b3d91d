"""The folder of a backup: whole or not there, and every change found."""

import hashlib
import json
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inquest.bus.backup_files import (
    MANIFEST,
    SUMS,
    BackupInvalid,
    Entry,
    LeftOut,
    Manifest,
    copy_tree,
    finish,
    new_backup,
    read_verified,
)
from inquest.contracts.errors import InquestError

NAMES = ("A", "B")


def made(folder, form=1):
    with new_backup(folder) as partial:
        (partial / "streams").mkdir()
        entries = []
        for name in NAMES:
            data = name.encode() * 50
            (partial / "streams" / name).write_bytes(data)
            entries.append(
                Entry(
                    name=name,
                    file=f"streams/{name}",
                    sha256=hashlib.sha256(data).hexdigest(),
                    size_bytes=len(data),
                    messages=1,
                    last_seq=1,
                    positions=(),
                    config={},
                    state={},
                )
            )
        manifest = Manifest(
            format=form,
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            server_version="2.15.1",
            entries=tuple(entries),
            left_out=(LeftOut(what="index", why="rebuilt"),),
        )
        finish(partial, manifest)
    return manifest


def quiet(line):
    del line


def test_a_whole_backup_reads_back_and_passes_sha256sum(tmp_path):
    manifest = made(tmp_path / "b")
    lines: list[str] = []
    assert read_verified(tmp_path / "b", lines.append) == manifest
    assert len(lines) == 3
    subprocess.run(["sha256sum", "-c", "--quiet", SUMS], cwd=tmp_path / "b", check=True)
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0  # incidents and evidence: for their owner alone
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_any_changed_byte_is_found_and_its_file_named(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("changed") / "b"
    made(folder)
    name = data.draw(st.sampled_from((*(f"streams/{one}" for one in NAMES), MANIFEST, SUMS)))
    path = folder / name
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(bytes(content))
    with pytest.raises(BackupInvalid) as told:
        read_verified(folder, quiet)
    assert name in str(told.value) or name == SUMS


def test_sums_made_to_fit_a_changed_manifest_do_not_hide_another_file(tmp_path):
    made(tmp_path / "b")
    manifest = json.loads((tmp_path / "b" / MANIFEST).read_text())
    manifest["entries"].pop()
    (tmp_path / "b" / MANIFEST).write_text(json.dumps(manifest))
    digest = hashlib.sha256((tmp_path / "b" / MANIFEST).read_bytes()).hexdigest()
    lines = (tmp_path / "b" / SUMS).read_text().splitlines()
    (tmp_path / "b" / SUMS).write_text("\n".join([*lines[:-1], f"{digest}  {MANIFEST}"]))
    with pytest.raises(BackupInvalid, match="disagree"):
        read_verified(tmp_path / "b", quiet)


def test_another_format_and_paths_outside_are_refused(tmp_path):
    made(tmp_path / "new", form=3)
    with pytest.raises(BackupInvalid, match="format 3"):
        read_verified(tmp_path / "new", quiet)
    made(tmp_path / "b")
    with (tmp_path / "b" / SUMS).open("a") as sums:
        sums.write(f"{'0' * 64}  ../../secret\n")
    with pytest.raises(BackupInvalid, match="secret"):
        read_verified(tmp_path / "b", quiet)


def test_what_failed_leaves_nothing_and_what_was_killed_is_no_backup(tmp_path):
    with pytest.raises(KeyboardInterrupt), new_backup(tmp_path / "b"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "b.partial").mkdir()  # as a kill -9 leaves it
    (tmp_path / "b.partial" / "half").write_text("")
    with pytest.raises(BackupInvalid, match="no whole backup"):
        read_verified(tmp_path / "b.partial", quiet)
    made(tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_a_folder_with_something_is_refused(tmp_path):
    (tmp_path / "mine").write_text("")
    with pytest.raises(InquestError, match="not empty"), new_backup(tmp_path):
        pass
    with pytest.raises(InquestError, match="not empty"), new_backup(tmp_path / "mine"):
        pass
    (tmp_path / "empty").mkdir()
    made(tmp_path / "empty")


def test_files_beside_the_streams_are_copied_summed_and_checked(tmp_path):
    source = tmp_path / "archive" / "investigations"
    source.mkdir(parents=True)
    (source / "001.json").write_text("{}")
    (source / "002.json.partial").write_text("cut sho")
    with new_backup(tmp_path / "backup") as partial:
        files = copy_tree(tmp_path / "archive", partial, "archive")
        manifest = Manifest(
            format=2,
            taken_at=datetime(2026, 1, 1, tzinfo=UTC),
            server_version="2.15.1",
            entries=(),
            left_out=(),
            files=files,
        )
        finish(partial, manifest)
    assert [one.file for one in read_verified(tmp_path / "backup", quiet).files] == ["archive/investigations/001.json"]
    (tmp_path / "backup/archive/investigations/001.json").write_text("[]")
    with pytest.raises(BackupInvalid, match=r"001\.json was changed"):
        read_verified(tmp_path / "backup", quiet)

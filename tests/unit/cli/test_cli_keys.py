"""`inquest keys`: a key is shown once, its line holds a hash, and old files become new ones."""

import json
import stat

import pytest
from inquest.cli.main import app
from inquest.contracts.errors import InquestError
from inquest.identity.keys import Keys, parse_keys
from typer.testing import CliRunner

OLD = "viewer-token-0123456"


def run(*arguments):
    done = CliRunner().invoke(app, ["keys", *map(str, arguments)])
    if isinstance(done.exception, InquestError):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


def test_a_new_key_works_once_its_line_is_in_the_file(tmp_path):
    file = tmp_path / "keys"
    shown = run("new", "-r", "responder", "-t", "acme", "-t", "globex", "-n", "ada", "-s", "cart", "-f", file).stdout
    token = next(word for word in shown.split() if word.startswith("inq_"))
    assert token not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ada = Keys(parse_keys(file.read_text())).find(token).principal
    assert (ada.name, ada.role, ada.tenants, ada.services) == ("ada", "responder", {"acme", "globex"}, {"cart"})
    run("new", "-r", "viewer", "-t", "acme", "-f", file)
    assert len(parse_keys(file.read_text())) == 2


def test_without_a_file_the_line_is_printed():
    assert "sha256:" in run("new", "-r", "viewer", "-t", "acme").stdout
    made = json.loads(run("new", "-r", "viewer", "-t", "*", "--expires", "2027-01-31", "--json").stdout)
    assert Keys(parse_keys(made["line"])).find(made["key"]).key_id == made["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        ["-r", "king", "-t", "acme"],
        ["-r", "viewer", "-t", "ACME!"],
        ["-r", "viewer", "-t", "acme", "-n", "ada lovelace"],
        ["-r", "viewer", "-t", "acme", "--expires", "soon"],
    ],
)
def test_what_would_be_no_line_is_refused(tmp_path, wrong):
    with pytest.raises(InquestError):
        run("new", *wrong, "-f", tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


def test_a_file_that_is_wrong_is_left_alone(tmp_path):
    (tmp_path / "keys").write_text(f"{OLD} viewer acme vera\n")
    with pytest.raises(InquestError, match="inquest keys hash"):
        run("new", "-r", "viewer", "-t", "acme", "-f", tmp_path / "keys")
    assert (tmp_path / "keys").read_text() == f"{OLD} viewer acme vera\n"
    with pytest.raises(InquestError, match="cannot read"):
        run("list", tmp_path / "nothing")


def test_old_keys_become_hashes_and_go_on_working(tmp_path):
    (tmp_path / "old").write_text(f"# people\n{OLD} viewer acme vera\n")
    done = run("hash", tmp_path / "old")
    assert OLD not in done.stdout
    assert Keys(parse_keys(done.stdout)).find(OLD).principal.name == "vera"
    assert "short key" in done.stderr
    (tmp_path / "old").write_text("short viewer acme\n")
    with pytest.raises(InquestError, match="line 1: a key needs 16"):
        run("hash", tmp_path / "old")


def test_a_list_shows_whose_they_are_and_never_a_hash(tmp_path):
    file = tmp_path / "keys"
    run("new", "-r", "viewer", "-t", "acme", "-n", "ada", "-s", "cart", "--repository", "acme/cart", "-f", file)
    run("new", "-r", "admin", "-t", "*", "-n", "gone", "--expires", "2020-01-01", "-f", file)
    shown = run("list", file).stdout
    assert "services cart; repositories acme/cart" in shown
    assert "expired 2020-01-01" in shown
    assert "sha256" not in shown
    listed = json.loads(run("list", file, "--json").stdout)
    assert [(one["name"], one["expired"]) for one in listed] == [("ada", False), ("gone", True)]

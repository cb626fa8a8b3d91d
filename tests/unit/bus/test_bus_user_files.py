"""The file with nats-server's users: what is kept, what is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.bus.users import Identities, Producer, UsersFile
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.topology import SERVICES

IDS = st.from_regex(r"[a-z0-9][a-z0-9-]{0,10}", fullmatch=True)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.tuples(IDS, IDS), st.lists(IDS, max_size=3, unique=True), max_size=5))
def test_producers_are_read_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, given: dict[tuple[str, str], list[str]]
) -> None:
    users = UsersFile(tmp_path_factory.mktemp("users") / "users.conf")
    users.write({"cli": "p1", "worker": "p2"})
    before = users.path.read_text()
    made = tuple(Producer(tenant, name, "p3", tuple(sources)) for (tenant, name), sources in given.items())
    users.change(made)
    assert sorted(users.producers(), key=lambda one: one.user) == sorted(made, key=lambda one: one.user)
    users.write({"cli": "p1", "worker": "p2"})  # a new release keeps them
    assert len(users.producers()) == len(made)
    users.change(())
    assert users.path.read_text() == before


def test_what_a_producer_may_do() -> None:
    one = Producer("acme", "relay", "p", ("jira", "pagerduty"))
    assert one.permissions() == {
        "publish": {"allow": ["ingest.jira.acme", "ingest.pagerduty.acme"]},
        "subscribe": {"allow": ["_INBOX.producer.acme.relay.>"]},
    }
    assert Producer("acme", "relay", "p").permissions()["publish"] == {"allow": ["ingest.*.acme"]}
    assert one.user not in SERVICES


@pytest.mark.parametrize("name", ["", "*", ">", "a.b", "A", "a" * 49, "a\n", 'a"'])
def test_names_that_would_say_more_are_refused(name: str) -> None:
    for arguments in ((name, "relay"), ("acme", name)):
        with pytest.raises(Impossible, match="is no name"):
            Producer(*arguments, "p")
    with pytest.raises(Impossible, match="is no name"):
        Producer("acme", "relay", "p", (name,))


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "users.conf"
    with pytest.raises(InquestError, match="cannot read"):
        UsersFile(path).producers()
    path.write_text("authorization { user: x }")
    with pytest.raises(InquestError, match="has no lines for producers"):
        UsersFile(path).change(())
    assert path.read_text() == "authorization { user: x }"


def test_passwords_stay_and_differ(tmp_path: Path) -> None:
    first = Identities(tmp_path)
    first.prepare()
    passwords = {name: first.password_file(name).read_text() for name in ("cli", *SERVICES)}
    Identities(tmp_path).prepare()
    assert passwords == {name: first.password_file(name).read_text() for name in passwords}
    assert len(set(passwords.values())) == len(passwords)
    assert all(password.startswith("p") for password in passwords.values())  # 1e5 would be a number
    (tmp_path / "file").write_text("")
    with pytest.raises(InquestError, match="cannot keep the bus passwords"):
        Identities(tmp_path / "file").prepare()

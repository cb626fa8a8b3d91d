"""What is particular to git: real repositories, merges, what a repository may not make us run, odd output."""

import os
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import ChangesRequest, CodeData, CodeRequest, TicketsRequest, Window
from inquest.gateway.adapters.git_answers import blamed, commits_of, files_of, tags_of
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.git import T0, commit, make, stream
from inquest.testkit.providers import ask, made

WINDOW = Window(start=T0 - timedelta(minutes=1), end=T0 + timedelta(minutes=60))
CHANGES = ChangesRequest(window=WINDOW)


def config(path: Path, **more: object) -> dict:
    given = {"repositories": [{"name": "acme/cart", "path": str(path)}], **more}
    return {"name": "git", "kind": "git", "settings": given}


async def read(path: Path, request, domain="changes", **more: object):
    async with made(config(path, **more)) as git:
        return await ask(git, domain, request)


async def code(folder: Path, **asked: object):
    return (await read(folder, CodeRequest(window=WINDOW, **asked), "code")).response.parts


async def test_commits_come_with_diffs_and_tags_are_releases(tmp_path):
    fetched = await read(await make(tmp_path / "r", stream()), CHANGES)
    first, second = [row for row in fetched.response.changes if row.kind == "commit"][:2]
    assert (first.time, first.author, first.files) == (T0.timestamp(), "Ada", ["src/pool.py"])
    assert first.message.startswith("Pool of 0\n\nnot ")
    assert "--- /dev/null\n+++ b/src/pool.py" in first.diff
    assert "-    size = 0\n+    size = 1\n" in second.diff
    releases = [row for row in fetched.response.changes if row.kind == "release"]
    assert [(row.ref, row.author, row.message) for row in releases] == [("v1", "Ada", "Notes"), ("v2", "Ada", "Notes")]
    assert "git -C " in fetched.query_text
    assert fetched.problems == ()


async def test_a_merge_shows_what_came_in_by_it(tmp_path):
    side = commit(0, "1\n", path="base").replace("heads/main", "heads/side")
    base = commit(1, "2\n", path="other")
    merge = commit(2, "3\n", path="merged", message="Merge", merged=":1")
    fetched = await read(await make(tmp_path / "r", side + base + merge), CHANGES)
    merged = next(row for row in fetched.response.changes if row.message == "Merge")
    assert merged.files == ["merged"]
    assert "+3" in merged.diff


async def test_a_long_diff_is_cut_after_a_line_and_names_are_read_as_they_are(tmp_path):
    text = "".join(f"line {number}\n" for number in range(5000))
    path = await make(tmp_path / "r", commit(0, text, path="ä b.py"))
    fetched = await read(path, CHANGES, diff_chars_max=1000)
    (row,) = fetched.response.changes
    assert (row.files, row.diff_cut, len(row.diff) <= 1000, row.diff[-1]) == (["ä b.py"], True, True, "\n")


async def test_a_repository_makes_us_run_nothing(tmp_path):
    path = await make(tmp_path / "r", stream())
    witness = tmp_path / "ran"
    bad = tmp_path / "bad"
    bad.write_text(f"#!/bin/sh\ntouch {witness}\n")
    bad.chmod(0o755)
    with (path / "config").open("a") as file:
        file.write(
            f"[core]\n\tpager = {bad}\n\tfsmonitor = {bad}\n\thooksPath = {tmp_path}\n\tsshCommand = {bad}\n"
            f'[diff]\n\texternal = {bad}\n[diff "x"]\n\ttextconv = {bad}\n\tcommand = {bad}\n[alias]\n\tlog = !{bad}\n'
            f"[log]\n\tshowSignature = true\n[gpg]\n\tprogram = {bad}\n"
        )
    (path / "info").mkdir(exist_ok=True)
    (path / "info" / "attributes").write_text("* diff=x\n")
    fetched = await read(path, CHANGES)
    assert "+    size = 1\n" in fetched.response.changes[1].diff
    assert await code(path, operation="blame", path="src/pool.py")
    assert await code(path, operation="search", text="size")
    assert not witness.exists()


async def test_a_repository_that_is_empty_has_no_changes(tmp_path):
    fetched = await read(await make(tmp_path / "r", ""), CHANGES)
    assert fetched.response.changes == []


async def test_a_folder_in_a_repository_or_none_at_all_is_not_found(tmp_path):
    path = await make(tmp_path / "r", stream())
    for other in (path / "refs", tmp_path / "nothing"):
        with pytest.raises(ProviderError) as failed:
            await read(other, CHANGES)
        assert failed.value.kind == "not-found"
        async with made(config(other)) as git:
            with pytest.raises(ProviderError):
                await git.probe()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
async def test_a_repository_may_belong_to_another(tmp_path):
    path = await make(tmp_path / "r", stream())
    for one in (path, *path.rglob("*")):
        os.chown(one, 65534, 65534)
    assert (await read(path, CHANGES)).response.changes


async def test_a_link_to_a_repository_is_followed(tmp_path):
    await make(tmp_path / "r", stream())
    (tmp_path / "link").symlink_to(tmp_path / "r")
    assert (await read(tmp_path / "link", CHANGES)).response.changes


async def test_code_is_read_searched_and_blamed_at_any_ref(tmp_path):
    path = await make(tmp_path / "r", stream())
    (now,) = await code(path, operation="read", path="src/pool.py")
    (then,) = await code(path, operation="read", path="src/pool.py", ref="v1")
    assert ("size = 7" in now.text, "size = 3" in then.text, then.line_end) == (True, True, 3)
    found = await code(path, operation="search", text="SIZE = 10")
    assert [part.path for part in found] == ["src/a.py", "src/b.py", "src/c.py"]
    (within,) = await code(path, operation="search", text="size = 10", path="src/b.py")
    assert (within.path, within.line_start) == ("src/b.py", 1)
    assert await code(path, operation="search", text="--open-files-in-pager=x") == []
    one, two, three = await code(path, operation="blame", path="src/pool.py")
    assert [(part.line_start, part.line_end) for part in (one, two, three)] == [(1, 1), (2, 2), (3, 3)]
    assert (two.text, two.author, two.time) == ("    size = 7", "Ada", T0.timestamp() + 7 * 180)
    assert one.commit != two.commit


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"operation": "read", "path": "no.py"}, "not-found"),
        ({"operation": "read", "path": "src/pool.py", "ref": "no-such-branch"}, "not-found"),
        ({"operation": "read", "path": "src/pool.py", "ref": "--upload-pack=x"}, "malformed"),
        ({"operation": "read", "path": "../x"}, "malformed"),
        ({"operation": "blame", "path": "no.py"}, "not-found"),
        ({"operation": "read", "path": "bin"}, "unsupported"),
    ],
)
async def test_what_is_not_there_is_told(tmp_path, asked, kind):
    path = await make(tmp_path / "r", stream() + commit(90, "a\0b", path="bin"))
    with pytest.raises(ProviderError) as failed:
        await code(path, **asked)
    assert failed.value.kind == kind


async def test_it_has_no_tickets_and_no_deploys(tmp_path):
    path = await make(tmp_path / "r", stream())
    for request, domain in (
        (TicketsRequest(window=WINDOW), "tickets"),
        (ChangesRequest(window=WINDOW, kinds=("deploy",)), "changes"),
    ):
        with pytest.raises(ProviderError) as failed:
            await read(path, request, domain)
        assert failed.value.kind == "unsupported"


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="\0\n\t\x1f: 0af1", max_size=60))
def test_whatever_git_says_is_read_or_malformed(text):
    for make_of in (
        lambda: commits_of(text, "a/b"),
        lambda: files_of(text),
        lambda: tags_of(text, "a/b"),
        lambda: blamed(text, CodeData(repository="a/b", path="x")),
    ):
        with suppress(ProviderError), understood("it"):
            make_of()

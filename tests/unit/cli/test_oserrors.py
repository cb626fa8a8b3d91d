import errno

from inquest.cli.oserrors import explain


def test_the_file_the_reason_and_what_to_do() -> None:
    text = explain(OSError(errno.ENOSPC, "No space left on device", "out/report.md"))
    assert text == "out/report.md: No space left on device; free disk space"


def test_an_error_that_says_little_still_says_something() -> None:
    assert explain(OSError()) == "OSError"
    assert explain(OSError("odd")) == "odd"

import pytest
from inquest.rca.wording import ref_name


@pytest.mark.parametrize(
    ("ref", "name"),
    [
        ("f41061ed69fb8f6c0b1d2e3f4a5b6c7d8e9f0a1b", "f41061ed69fb"),
        ("f41061ed69fb", "f41061ed69fb"),
        ("cart-small-pool", "cart-small-pool"),
        ("deploy-2026-11-21-0001", "deploy-2026-11-21-0001"),
        ("x" * 200, "x" * 80),
        ("", ""),
    ],
)
def test_a_commit_goes_by_the_beginning_of_its_hash_and_a_flag_by_its_name(ref, name):
    assert ref_name(ref) == name

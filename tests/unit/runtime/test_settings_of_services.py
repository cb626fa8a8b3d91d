"""Each service takes the settings that all take, as the documents write them, and says clearly which one is wrong."""

import re
from pathlib import Path

import pytest
from inquest.cli.system import START_ORDER, parts
from inquest.contracts.errors import InquestError
from inquest.identity import IdentitySettings
from inquest.runtime import ServiceSettings, read_settings

DOCUMENT = Path(__file__).parents[3] / "docs" / "identity.md"
# What its block of shell does not set: these stand in its tables and text.
OTHERS = {
    "INQUEST_API_TOKENS_REF": "file:/etc/inquest/keys",
    "INQUEST_API_RATES": "viewer=5/20,admin=200/600",
    "INQUEST_JWT_CA_FILE": "/etc/inquest/ca.pem",
    "INQUEST_JWT_LEEWAY_S": "120",
    "INQUEST_JWT_NAME_CLAIM": "preferred_username",
    "INQUEST_JWT_SERVICES_CLAIM": "services",
    "INQUEST_JWT_REPOSITORIES_CLAIM": "repositories",
}


@pytest.fixture(autouse=True)
def _keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INQUEST_RAW_KEYS_REF", "none")


def documented() -> dict[str, str]:
    return dict(re.findall(r"^(INQUEST_\w+)=(\S+)", DOCUMENT.read_text(), re.MULTILINE)) | OTHERS


@pytest.mark.parametrize("service", START_ORDER)
def test_every_service_takes_every_documented_setting_of_identity(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = documented()
    assert {name.removeprefix("INQUEST_").lower() for name in given} == set(IdentitySettings.model_fields)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = read_settings(parts(service)[1])
    assert settings.jwt_algorithms == ("RS256",)
    assert settings.rates["viewer"].burst == 20


@pytest.mark.parametrize("service", START_ORDER)
def test_a_list_is_written_with_commas_everywhere(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INQUEST_JWT_ALGORITHMS", "ES256, EdDSA")
    assert read_settings(parts(service)[1]).jwt_algorithms == ("ES256", "EdDSA")


def replaced(settings: type[ServiceSettings]) -> set[str]:
    """Return names of checks that another class of the same settings takes for something else: pydantic drops one."""
    classes = [one for one in settings.__mro__ if one.__module__.startswith(("inquest.", __name__))]
    checks = {
        name
        for one in classes
        for kind in ("field_validators", "model_validators", "validators", "root_validators", "field_serializers")
        for name in getattr(one.__pydantic_decorators__, kind)
    }
    return {name for name in checks if sum(name in vars(one) for one in classes) > 1}


@pytest.mark.parametrize("service", START_ORDER)
def test_no_check_of_a_setting_replaces_another_by_its_name(service: str) -> None:
    assert replaced(parts(service)[1]) == set()


def test_a_replaced_check_is_seen() -> None:
    class Careless(ServiceSettings):
        def _split(self) -> None:
            """Named as a check of IdentitySettings is."""

    assert replaced(Careless) == {"_split"}


def test_a_wrong_setting_is_named_without_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INQUEST_JWT_ALGORITHMS", "hunter2")
    monkeypatch.setenv("INQUEST_ANALYSES_MAX", "many")
    with pytest.raises(InquestError) as told:
        read_settings(parts("worker")[1])
    first, *lines = str(told.value).splitlines()
    assert first == "wrong settings in the environment:"
    assert [line.split(":")[0] for line in sorted(lines)] == ["  INQUEST_ANALYSES_MAX", "  INQUEST_JWT_ALGORITHMS__0"]
    assert "hunter2" not in str(told.value)


def test_settings_that_are_wrong_together_are_named_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INQUEST_JWT_JWKS", "file:/keys.json")
    with pytest.raises(InquestError, match="\n  Value error, INQUEST_JWT_JWKS needs INQUEST_JWT_ISSUER"):
        read_settings(parts("worker")[1])

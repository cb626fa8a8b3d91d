"""A secret in any text of any response is removed: the fields are found in the models, so none can be forgotten."""

import pytest
from inquest.contracts.latest import ChangeData, ChangesResponse, TracesResponse
from inquest.contracts.redaction.models import text_fields
from inquest.contracts.v1.domains import RESPONSES
from inquest.gateway.domain.fence import EXEMPT, fence
from inquest.testkit.plants import Plants, filled

MODELS = sorted({*RESPONSES.values()}, key=lambda model: model.__name__)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("turn", range(3))  # each field is planted with each shape of secret
def test_no_text_of_a_response_keeps_its_secret(model, turn):
    plants = Plants({f"turn {number}": "?" for number in range(turn)})
    response = filled(model, plants, EXEMPT)
    planted = {place: value for place, value in plants.values.items() if value != "?"}
    before, after = (one.model_dump_json() for one in (response, fence(response)[0]))
    assert len(planted) > 2
    assert [place for place, value in planted.items() if value not in before] == []
    assert [place for place, value in planted.items() if value in after] == []
    assert fence(fence(response)[0])[0] == fence(response)[0]


@pytest.mark.parametrize("model", MODELS)
def test_what_holds_no_secret_is_the_same(model):
    response = model(next_cursor="password=hunter2")
    assert fence(response)[0] is response


def test_exempt_fields_exist_and_say_why():
    assert {*EXEMPT} <= {name for model in MODELS for name in text_fields(model)}
    assert all(EXEMPT.values())


def test_ids_of_traces_stay_apart_even_where_they_look_like_a_card():
    card = "4111111111111111"
    one = TracesResponse(trace_ids=[card], span_ids=[card], parent_ids=[None], services=["a"], names=[f"pay {card}"])
    clean = fence(one)[0]
    assert (clean.trace_ids, clean.span_ids, clean.parent_ids) == ([card], [card], [None])
    assert clean.names == ["pay [redacted:card]"]


def test_only_the_row_that_holds_a_secret_is_made_anew():
    rows = [ChangeData(time=1, kind="deploy", author=name, ref="1") for name in ("Ada", "Bo password=hunter2")]
    clean = fence(ChangesResponse(changes=rows))[0]
    assert clean.changes[0] is rows[0]
    assert clean.changes[1].author == "Bo password=[redacted:password]"

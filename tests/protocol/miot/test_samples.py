"""The real instances beside the repository: everything in them is imported or refused."""

import json
import random
from pathlib import Path

import pytest

from protocol.miot import Imported, WireMapping, import_instance
from protocol.product_model import INTEGER_LIMITS, Property
from tests.protocol.miot.checks import check
from tests.protocol.miot.raw import SAMPLES, Written, calls, load, properties

pytestmark = pytest.mark.miot_corpus

NAMES = [sample.stem if sample else "missing" for sample in SAMPLES]


@pytest.fixture(params=SAMPLES, ids=NAMES)
def document(request: pytest.FixtureRequest) -> bytes:
    sample: Path | None = request.param
    return load(sample)


def test_everything_in_a_sample_is_imported_or_refused_with_a_reason(document: bytes) -> None:
    imported = import_instance(document)
    check(imported)
    report, refused = imported.report, imported.report.refused
    written = [each.place for each in properties(document)]
    kept = {(place.siid, place.piid) for place in imported.mapping.properties.values()}
    arguments = argument_places(imported.mapping)
    told = {(each.place.siid, each.place.iid) for each in refused if each.place.kind == "property"}
    assert set(written) == kept | (arguments & set(written)) | told
    assert not told & (kept | arguments)
    assert report.properties.in_file == len(written)
    assert report.properties.refused == len(told)
    assert report.actions.in_file == len(calls(document, "actions"))
    assert report.events.in_file == len(calls(document, "events"))
    assert all(each.detail and each.place.number for each in refused)


def argument_places(mapping: WireMapping) -> set[tuple[int, int | None]]:
    places = [(p.siid, (*p.arguments, *p.results)) for p in mapping.actions.values()]
    places += [(place.siid, place.arguments) for place in mapping.events.values()]
    return {(siid, slot.piid) for siid, slots in places for slot in slots}


def test_ranges_lists_and_wire_places_are_those_of_the_file(document: bytes) -> None:
    imported = import_instance(document)
    product = check(imported)
    by_place = {each.place: each for each in properties(document)}
    for address, place in imported.mapping.properties.items():
        written, part = by_place[(place.siid, place.piid)], product.properties[address]
        assert place.format == written.format
        assert frozenset(place.access) == written.access
        added = {"notify"} if address in imported.report.standard else {"read"}
        assert set(part.access) - written.access <= added
        check_values(part, written)


def check_values(part: Property, written: Written) -> None:
    assert part.format == written.format
    if written.values is not None:
        assert {choice.value for choice in part.enum or ()} == written.values
    elif written.range is not None and max(map(abs, written.range)) < 2**53:
        assert part.range == written.range
    elif "write" in written.access and part.format in INTEGER_LIMITS:
        assert part.range is not None


def test_actions_and_events_stand_where_the_file_has_them(document: bytes) -> None:
    mapping = import_instance(document).mapping
    actions = {(siid, iid): each for siid, iid, each in calls(document, "actions")}
    for action in mapping.actions.values():
        fields = actions[(action.siid, action.aiid)]
        assert [slot.piid for slot in action.arguments] == fields["in"]
        assert [slot.piid for slot in action.results] == fields["out"]
    events = {(siid, iid): each for siid, iid, each in calls(document, "events")}
    for event in mapping.events.values():
        fields = events[(event.siid, event.eiid)]
        assert [slot.piid for slot in event.arguments] == fields["arguments"]


def test_order_in_the_file_changes_nothing(document: bytes) -> None:
    turned = json.loads(document)
    shuffle = random.Random(1).shuffle  # noqa: S311 - any order will do
    shuffle(turned["services"])
    for service in turned["services"]:
        for key in ("properties", "actions", "events"):
            shuffle(service[key])
    again = import_instance(json.dumps(turned).encode())
    first = import_instance(document)
    assert again.product == first.product
    assert again.mapping == first.mapping


def test_addresses_stay_when_later_services_are_added(document: bytes) -> None:
    grown = json.loads(document)
    first = import_instance(document).mapping
    for iid, service in enumerate(json.loads(document)["services"], start=1_000):
        grown["services"].append({**service, "iid": iid})
    again = import_instance(json.dumps(grown).encode()).mapping
    assert first.properties.items() <= again.properties.items()
    assert first.actions.items() <= again.actions.items()
    assert first.events.items() <= again.events.items()


def test_most_samples_get_their_class_and_standard_addresses() -> None:
    imported: list[Imported] = [import_instance(load(sample)) for sample in SAMPLES]
    classes = [each.report.device_class for each in imported if each.report.device_class]
    assert len(classes) >= len(imported) // 2
    assert sum(len(each.report.standard) for each in imported) >= 4 * len(imported)


def test_samples_that_are_not_there_skip_the_tests_but_fail_them_in_ci(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no sample documents"):
        load(None)
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no sample documents"):
        load(None)

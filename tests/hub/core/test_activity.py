"""The log of a home: bounded, and told page by page."""

from hypothesis import given
from hypothesis import strategies as st

from hub.core.activity import ACTIVITY_KEPT, AUDIT_KEPT, Entry, Log
from protocol.ids import DeviceId

LAMP, PLUG = DeviceId("lamp-0001"), DeviceId("plug-0001")


def written(log: Log, kind: str = "change", at_s: float = 0.0, **facts: object) -> Entry:
    entry = Entry(log.next_id(), at_s, kind, **facts)  # type: ignore[arg-type]
    log.add(entry)
    return entry


def everything(_: Entry) -> bool:
    return True


kinds = st.sampled_from(["change", "command", "grant", "presence", "pair"])


@given(st.lists(kinds, max_size=40), st.integers(1, 7), st.lists(kinds, max_size=40), st.data())
def test_pages_give_each_entry_once_while_new_ones_come(
    first: list[str], limit: int, later: list[str], data: st.DataObject
) -> None:
    log = Log(1)
    here = [written(log, kind) for kind in first]
    seen: list[Entry] = []
    before = None
    while True:
        page, more = log.page(before, limit, everything, 0.0)
        seen += page
        assert len(page) == limit or not more
        if not more:
            break
        before = page[-1].id
        for _ in range(data.draw(st.integers(0, len(later)))):
            written(log, later.pop())
    assert [entry for entry in seen if entry in here] == here[::-1]
    assert len(set(seen)) == len(seen)


def test_a_page_holds_what_is_asked_for_alone() -> None:
    log = Log(1)
    wanted = [written(log, "grant"), written(log, device=LAMP)]
    written(log, device=PLUG)
    asked = log.page(None, 1, lambda entry: entry in wanted, 0.0)
    assert asked == ([wanted[1]], True)
    assert log.page(wanted[1].id, 5, lambda entry: entry in wanted, 0.0) == ([wanted[0]], False)


def test_so_many_are_kept_and_one_kind_never_pushes_out_the_other() -> None:
    log = Log(1)
    audit = [written(log, "grant") for _ in range(5)]
    for _ in range(ACTIVITY_KEPT.most + 600):
        written(log)
    entries, more = log.page(None, 2 * ACTIVITY_KEPT.most, everything, 0.0)
    assert not more
    assert len(entries) == ACTIVITY_KEPT.most + len(audit)
    assert entries[-5:] == audit[::-1]


def test_what_is_too_old_is_told_no_more() -> None:
    log = Log(1)
    old, grant = written(log), written(log, "grant")
    now_s = ACTIVITY_KEPT.age_s + 1.0
    assert log.page(None, 9, everything, ACTIVITY_KEPT.age_s) == ([grant, old], False)
    assert log.page(None, 9, everything, now_s) == ([grant], False)
    assert log.page(None, 9, everything, AUDIT_KEPT.age_s + 1.0) == ([], False)


def test_ids_go_on_above_those_of_earlier_runs() -> None:
    before = Log(4)
    kept = [written(before), written(before, "pair"), written(before)]
    after = Log(5)
    after.restore(kept[::-1])
    assert after.page(None, 9, everything, 0.0) == (kept[::-1], False)
    assert written(after).id > kept[-1].id
    restored = Log(4)  # a backup of the databases was put back
    restored.restore(kept)
    assert written(restored).id > kept[-1].id


def test_what_a_device_did_is_forgotten_but_not_who_let_it_in() -> None:
    log = Log(1)
    written(log, device=LAMP)
    joined, other = written(log, "join", device=LAMP), written(log, device=PLUG)
    log.forget(LAMP)
    assert log.page(None, 9, everything, 0.0) == ([other, joined], False)

"""The inbox keeps the last notices, and no more of them than anybody can read."""

from hypothesis import given
from hypothesis import strategies as st

from hub.core.automations.records import Automation
from hub.core.events import NoticeChanged, NoticeRemoved
from hub.core.inbox import ALARM_EVERY_S, IDS_PER_EPOCH, KEPT, KEPT_OF_ONE, Inbox
from hub.core.outcome import Outcome
from hub.core.records import DropNotice, Notice, Save, SaveNotice
from protocol.ids import Address
from protocol.messages import Event
from tests.hub.core.world import LAMP, OTHER, World, online_world

LEAK = Address("lamp.leak")


def replayed(saves: list[Save]) -> dict[int, Notice]:
    """Return what a store holds after these."""
    kept: dict[int, Notice] = {}
    for save in saves:
        match save:
            case SaveNotice(notice):
                kept[notice.id] = notice
            case DropNotice(number):
                del kept[number]
    return kept


MOVES = st.lists(
    st.tuples(st.sampled_from(["add", "alarm", "mark", "drop"]), st.integers(0, 30)), max_size=60
)


@given(MOVES, st.integers(0, 2 * KEPT))
def test_what_is_kept_and_told_is_what_is_there(moves: list[tuple[str, int]], more: int) -> None:
    inbox, out = Inbox(1, str.upper), Outcome()
    for number in range(more):
        inbox.add("released", LAMP, f"{number}", float(number), out)
    for move, number in moves:
        one = IDS_PER_EPOCH + number
        match move:
            case "add":
                inbox.add("quarantined", LAMP, "out", 1_000.0 + number, out)
            case "alarm":
                inbox.alarm(OTHER, LEAK, "Leak", 1_000.0 + number, out)
            case "mark":
                inbox.mark([one], "ada", is_read=bool(number % 2), out=out)
            case _:
                inbox.drop([one], out)
    assert len(inbox.notices) <= KEPT
    assert replayed(out.saves) == dict(inbox.notices)
    told = {e.notice.id: e.notice for e in out.events if isinstance(e, NoticeChanged)}
    for event in out.events:
        if isinstance(event, NoticeRemoved):
            del told[event.notice.id]
    assert told == dict(inbox.notices)
    later = Inbox(2, str.upper)
    later.restore(inbox.notices.values())
    assert later.notices == inbox.notices
    later.add("released", LAMP, "again", 2_000.0, out)
    assert max(later.notices) > max(inbox.notices, default=0)


def test_an_alarm_that_is_repeated_makes_one_notice_a_minute() -> None:
    inbox, out = Inbox(1, str.upper), Outcome()
    for second in range(0, 180, 5):
        inbox.alarm(LAMP, LEAK, "Leak", float(second), out)
        inbox.alarm(OTHER, LEAK, "Leak", float(second), out)
    assert len(inbox.notices) == 2 * 180 // ALARM_EVERY_S


def test_an_alarm_of_a_device_is_told_with_its_name() -> None:
    world: World = online_world()
    world.tell(Event(epoch=1, seq=1, event="lamp.pressed"))
    assert not world.hub.inbox.notices
    world.tell(Event(epoch=1, seq=2, event="lamp.overheated"))
    (notice,) = world.hub.inbox.notices.values()
    assert (notice.kind, notice.event, notice.text) == (
        "alarm",
        "lamp.overheated",
        f"{world.device().record.name}: Too hot",
    )


def test_a_notice_keeps_the_name_that_a_device_had_when_it_has_left() -> None:
    world: World = online_world()
    name = world.device().record.name
    world.tell(Event(epoch=1, seq=1, event="lamp.overheated"))
    world.hub.unjoin(LAMP)
    (notice,) = world.hub.inbox.notices.values()
    assert notice.name == name != LAMP


def test_one_that_says_much_does_not_push_out_what_others_have_said() -> None:
    inbox, out = Inbox(1, str.upper), Outcome()
    inbox.alarm(OTHER, LEAK, "Leak", 0.0, out)
    chatty = Automation("automation-00000001", "Chatty", "ada")
    for number in range(KEPT + 1):
        inbox.tell(chatty, f"{number}", float(number), out)
    kept = [notice.text for notice in inbox.notices.values()]
    assert kept == ["Leak", *(str(n) for n in range(KEPT + 1 - KEPT_OF_ONE, KEPT + 1))]
    assert replayed(out.saves) == dict(inbox.notices)

"""How a device takes, refuses, repeats and outlives commands."""

import pytest

from protocol.messages import Ack, Presence, Scalar, SetCommand, State
from simulators.air_purifier import AirPurifier
from simulators.device import Settings
from simulators.router import Router
from tests.simulators.scenes import (
    PRODUCTS,
    Scene,
    introduction,
    kinds,
    lamp,
    of,
    only,
    statuses,
)

COUNT: dict[str, Scalar] = {"by": 1}


def test_set_is_received_done_and_shown_with_its_cause() -> None:
    scene, physics = lamp()
    said = scene.set("c1", light__brightness=42)
    assert kinds(said) == [Ack, Ack, State]
    assert statuses(said) == ["received", "done"]
    state = only(said, State)
    assert (state.cause, state.full, state.values) == ("c1", False, {"light.brightness": 42})
    assert physics.brightness == 42


def test_set_that_changes_nothing_is_shown_all_the_same() -> None:
    scene, _ = lamp()
    scene.set(light__brightness=42)
    state = only(scene.set("c2", light__brightness=42), State)
    assert (state.cause, state.values) == ("c2", {"light.brightness": 42})


def test_set_of_a_write_only_property_ends_with_done_and_shows_nothing() -> None:
    scene, physics = lamp()
    said = scene.set(light__secret="hush")
    assert kinds(said) == [Ack, Ack]
    assert physics.secret == "hush"


def test_command_shows_what_it_changed_and_no_drift() -> None:
    scene = Scene(PRODUCTS["air-purifier"], AirPurifier(3), Settings())
    scene.connect()
    scene.wait(30.0)
    state = only(scene.set(fan__level=3), State)
    assert state.values == {"fan.level": 3, "purifier.mode": 2}


@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"light.brightness": 101}, {"light.brightness": "ECO-VALUE-002"}),
        ({"light.brightness": "up"}, {"light.brightness": "ECO-VALUE-001"}),
        ({"light.brightness": None}, {"light.brightness": "ECO-VALUE-006"}),
        ({"light.colour": 1}, {"light.colour": "ECO-CMD-001"}),
        ({"light.secret": "far too long"}, {"light.secret": "ECO-VALUE-005"}),
        (
            {"light.on": True, "light.brightness": 500, "light.colour": 1},
            {"light.on": None, "light.brightness": "ECO-VALUE-002", "light.colour": "ECO-CMD-001"},
        ),
    ],
)
def test_set_with_anything_wrong_is_rejected_whole_with_a_rule_for_each_item(
    values: dict[str, Scalar], faults: dict[str, str | None]
) -> None:
    scene, physics = lamp()
    said = scene.tell(SetCommand(id="c1", ttl_ms=1_000, values=values))
    final = of(said, Ack)[-1]
    assert statuses(said) == ["received", "rejected"]
    assert {i.address: i.error.code if i.error else None for i in final.items} == faults
    assert of(said, State) == []
    assert physics.applied == []


@pytest.mark.parametrize("values", [{}, {"no address": 1}, {"Light.On": True}])
def test_set_without_a_nameable_address_is_rejected_as_a_whole(values: dict[str, Scalar]) -> None:
    scene, _ = lamp()
    final = of(scene.tell(SetCommand(id="c1", ttl_ms=1_000, values=values)), Ack)[-1]
    assert final.status == "rejected"
    assert final.items == ()
    assert final.error is not None
    assert final.error.code == ("ECO-CMD-001" if values else "ECO-CMD-009")


def test_largest_wrong_set_is_answered_within_one_payload() -> None:
    scene, _ = lamp()
    values: dict[str, Scalar] = {f"light.x{number:04d}": number for number in range(700)}
    final = of(scene.tell(SetCommand(id="c1", ttl_ms=1_000, values=values)), Ack)[-1]
    assert final.status == "rejected"
    assert 0 < len(final.items) <= 32


def test_action_runs_once_and_gives_its_results() -> None:
    scene, physics = lamp()
    said = scene.act("light.count", COUNT)
    assert statuses(said) == ["received", "done"]
    assert of(said, Ack)[-1].results == {"runs": 1}
    assert physics.runs == 1


@pytest.mark.parametrize(
    ("action", "arguments", "rule"),
    [
        ("light.explode", {}, "ECO-CMD-003"),
        ("light.count", {}, "ECO-CMD-004"),
        ("light.count", {"by": 1, "and": 2}, "ECO-CMD-004"),
        ("light.count", {"by": 12}, "ECO-VALUE-002"),
    ],
)
def test_action_that_is_not_declared_so_is_rejected(
    action: str, arguments: dict[str, Scalar], rule: str
) -> None:
    scene, physics = lamp()
    final = of(scene.act(action, arguments), Ack)[-1]
    assert final.status == "rejected"
    assert final.error is not None
    assert final.error.code == rule
    assert physics.runs == 0


def test_repeated_command_gets_its_first_answer_and_is_not_carried_out_again() -> None:
    scene, physics = lamp()
    first = of(scene.act("light.count", COUNT, "c1"), Ack)[-1]
    scene.act("light.count", COUNT, "c2")
    again = only(scene.act("light.count", COUNT, "c1"), Ack)
    assert again.model_copy(update={"seq": first.seq}) == first
    assert physics.runs == 2


def test_rejected_command_is_rejected_again_for_the_same_reason() -> None:
    scene, _ = lamp()
    first = of(scene.set("c1", light__brightness=101), Ack)[-1]
    again = only(scene.set("c1", light__brightness=101), Ack)
    assert (again.status, again.items) == (first.status, first.items)


def test_answers_survive_a_lost_link() -> None:
    scene, physics = lamp()
    scene.act("light.count", COUNT, "c1")
    scene.device.lost()
    scene.connect()
    assert statuses(scene.act("light.count", COUNT, "c1")) == ["done"]
    assert physics.runs == 1


def test_the_last_32_ids_are_remembered_and_no_more() -> None:
    scene, physics = lamp()
    for number in range(33):
        scene.act("light.count", COUNT, f"n{number}")
        scene.wait(10.0)
    assert statuses(scene.act("light.count", COUNT, "n1")) == ["done"]
    assert physics.runs == 33
    assert statuses(scene.act("light.count", COUNT, "n0")) == ["received", "done"]
    assert physics.runs == 34


def test_slow_device_says_received_at_once_and_done_when_it_is() -> None:
    scene, physics = lamp(Settings(latency_s=3.0))
    assert statuses(scene.set("c1", light__brightness=1)) == ["received"]
    assert statuses(scene.set("c1", light__brightness=1)) == ["received"]
    assert statuses(scene.wait(2.9)) == []
    assert physics.brightness == 10
    said = scene.wait(0.2)
    assert statuses(said) == ["done"]
    assert only(said, State).cause == "c1"


def test_commands_are_carried_out_in_the_order_of_their_arrival() -> None:
    scene, physics = lamp(Settings(latency_s=1.0))
    for level in (5, 3, 9):
        scene.set(light__brightness=level)
    scene.wait(1.0)
    assert [next(iter(values.values())) for values in physics.applied] == [5, 3, 9]


def test_command_whose_time_has_passed_expires_undone() -> None:
    scene, physics = lamp(Settings(latency_s=3.0))
    scene.set("c1", ttl_ms=2_000, light__brightness=1)
    assert statuses(scene.wait(3.0)) == ["expired"]
    assert physics.applied == []
    assert statuses(scene.set("c1", light__brightness=1)) == ["expired"]


@pytest.mark.parametrize(("offset_ms", "status"), [(-1, "expired"), (60_000, "done")])
def test_device_with_a_clock_heeds_expires_at(offset_ms: int, status: str) -> None:
    scene, _ = lamp(Settings(wall_minus_now_s=1_700_000_000.0))
    now_ms = int((scene.now_s + 1_700_000_000.0) * 1000)
    command = SetCommand(
        id="c1", ttl_ms=10_000, expires_at_ms=now_ms + offset_ms, values={"light.on": True}
    )
    assert statuses(scene.tell(command)) == ["received", status]


def test_device_without_a_clock_ignores_expires_at() -> None:
    scene, _ = lamp()
    command = SetCommand(id="c1", ttl_ms=10_000, expires_at_ms=1, values={"light.on": True})
    assert statuses(scene.tell(command)) == ["received", "done"]


def test_device_with_too_many_commands_is_busy_and_takes_the_same_id_later() -> None:
    scene, physics = lamp(Settings(latency_s=5.0))
    for _ in range(16):
        assert statuses(scene.set(light__brightness=1)) == ["received"]
    busy = only(scene.set("late", light__brightness=99), Ack)
    assert busy.status == "busy"
    assert busy.retry_after_ms is not None
    scene.wait(max(5.0, busy.retry_after_ms / 1000.0))
    assert statuses(scene.set("late", light__brightness=99)) == ["received"]
    scene.wait(5.0)
    assert physics.brightness == 99


def test_flood_of_commands_is_shed_as_busy_and_the_declared_rate_kept() -> None:
    scene, _ = lamp()
    answers: list[str] = []
    for _ in range(1_000):
        answers += statuses(scene.set(light__brightness=1))[-1:]
        scene.wait(0.01)
    assert 0 < answers.count("done") <= 21
    assert answers.count("done") + answers.count("busy") == 1_000
    scene.wait(10.0)
    assert statuses(scene.set(light__brightness=1)) == ["received", "done"]


def test_retained_command_is_never_carried_out() -> None:
    scene, physics = lamp()
    command = SetCommand(id="c1", ttl_ms=10_000, values={"light.brightness": 1})
    assert scene.tell(command, is_retained=True) == []
    assert physics.applied == []
    assert statuses(scene.tell(command)) == ["received", "done"]


def test_reboot_is_answered_and_then_the_device_is_gone_and_comes_back_a_boot_later() -> None:
    scene, _ = lamp(Settings(epoch=4), reboot_s=7.0)
    said = scene.act("light.reboot")
    assert statuses(said) == ["received", "done"]
    goodbye = only(said, Presence)
    assert said[-1] == goodbye
    assert (goodbye.status, goodbye.reason, goodbye.epoch) == ("offline", "reset", 4)
    assert scene.device.redial_s == pytest.approx(scene.now_s + 7.0)
    assert scene.wait(100.0) == []
    said = scene.connect()
    assert kinds(said) == introduction()
    assert {message.epoch for message in said} == {5}
    assert only(said, State).seq == 1
    assert scene.device.redial_s is None


def test_reboot_loses_the_memory_of_commands() -> None:
    scene, physics = lamp()
    scene.act("light.count", COUNT, "c1")
    scene.act("light.reboot")
    scene.connect()
    assert statuses(scene.act("light.count", COUNT, "c1")) == ["received", "done"]
    assert physics.runs == 3


def test_nothing_is_said_behind_the_goodbye_of_a_reboot() -> None:
    scene, _ = lamp(Settings(latency_s=1.0))
    scene.act("light.reboot")
    scene.act("light.count", COUNT)
    scene.press("alarm")
    said = scene.wait(1_000.0)
    assert isinstance(said[-1], Presence)
    assert scene.device.redial_s is not None


def test_router_reboots_for_some_seconds_and_its_uptime_starts_anew() -> None:
    scene = Scene(PRODUCTS["router"], Router(1), Settings())
    scene.connect()
    scene.act("router.reboot")
    assert scene.device.redial_s is not None
    assert 5.0 <= scene.device.redial_s - scene.now_s <= 9.0
    scene.wait(9.0)
    full = only(scene.connect(), State)
    assert full.values["router.uptime_s"] == 9
    assert full.values["router.clients"] in range(12)


def test_action_meant_for_another_boot_is_expired_and_not_done() -> None:
    scene, physics = lamp()
    said = scene.act("light.count", COUNT, "c9", epoch=scene.device.epoch + 1)
    assert statuses(said) == ["expired"]
    assert physics.runs == 0

"""Carries a run on from action to action; what it does to the home goes out as data."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final, NamedTuple, Protocol

from hub.core.arrangement.arrangement import Arrangement
from hub.core.arrangement.records import Group, Scene, SceneStep
from hub.core.asker import By
from hub.core.automations.records import (
    Action,
    Automation,
    CallAction,
    NotifyAction,
    SceneAction,
    SetAction,
    WaitAction,
)
from hub.core.automations.runs import Done, Order, Run
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId

LATE_S: Final = 5.0
"""Later than this is told."""


class Bidding(NamedTuple):
    """Commands of one action, to be sent together.

    Attributes:
        automation, run: Ids.
        place: Of the action.
        steps: What each device is to do.
        by: Who asks.
    """

    automation: str
    run: str
    place: int
    steps: tuple[SceneStep, ...]
    by: By


class Effects(Protocol):
    """Where the effects of actions go."""

    def bid(self, bidding: Bidding) -> None:
        """Have commands sent."""

    def notify(self, automation: Automation, text: str) -> None:
        """Put a line into the inbox."""

    def is_private(self, automation: Automation) -> bool:
        """Say whether it looks at what tells of a body, so that others are not told its name."""


class Runner:
    """Does the actions of runs.

    Args:
        arrangement: Has the groups and scenes.
        here: The devices of the home.
        effects: Where commands and notices go.
    """

    def __init__(
        self, arrangement: Arrangement, here: Collection[DeviceId], effects: Effects
    ) -> None:
        self._arrangement, self._here, self._effects = arrangement, here, effects

    def advance(self, automation: Automation, run: Run, sight: Sight, now_s: float) -> Run:
        """Do actions until one waits or all are done; return the run as it is then.

        Args:
            automation: Whose actions they are.
            run: As far as it has come.
            sight: What its author sees and controls now.
            now_s: The core's clock.
        """
        run = _woken(run, now_s)
        while run.place < len(automation.actions):
            place, action = run.place, automation.actions[run.place]
            if isinstance(action, WaitAction):
                until_s = now_s + action.for_s
                waits = Done(place, action.type, now_s, "waiting", until_s)
                return replace(run, place=place + 1, done=(*run.done, waits), due_s=until_s)
            done = self._do(automation, run, action, sight, now_s)
            run = replace(run, place=place + 1, done=(*run.done, done))
        return replace(run, ended_s=now_s, end="done")

    def again(self, automation: Automation, run: Run, sight: Sight) -> None:
        """Have those commands of a run sent again that may have got lost in a crash.

        They bear the same ids, so none is carried out twice.
        """
        for place in range(run.sent, min(run.place, len(automation.actions))):
            action = automation.actions[place]
            if not isinstance(action, WaitAction | NotifyAction):
                self._send(automation, run, place, action, sight)

    def _do(
        self, automation: Automation, run: Run, action: Action, sight: Sight, now_s: float
    ) -> Done:
        if isinstance(action, NotifyAction):
            self._effects.notify(automation, action.text)
            return Done(run.place, action.type, now_s, "done", detail=action.text)
        orders = self._send(automation, run, run.place, action, sight)
        if orders:
            return Done(run.place, action.type, now_s, "done", orders=orders)
        return Done(run.place, action.type, now_s, "failed", detail="what it names is gone")

    def _send(
        self, automation: Automation, run: Run, place: int, action: Action, sight: Sight
    ) -> tuple[Order, ...]:
        bid: list[SceneStep] = []
        orders: list[Order] = []
        for step in self._steps(action):
            if step.device in self._here and not _may(sight, step):
                orders.append(Order(step.device, None, "refused", "right-missing"))
            else:
                bid.append(step)
                orders.append(Order(step.device, None, "open"))
        if bid:
            by = self._by(automation, run, action)
            self._effects.bid(Bidding(automation.id, run.id, place, tuple(bid), by))
        return tuple(orders)

    def _steps(self, action: Action) -> Iterator[SceneStep]:
        match action:
            case SetAction(values, device, None) if device is not None:
                yield SceneStep(device, values)
            case SetAction(values, _, group) if group is not None:
                members = self._arrangement.find(Group, group)
                yield from (SceneStep(one, values) for one in (members.members if members else ()))
            case CallAction(device, address, arguments):
                yield SceneStep(device, arguments, address)
            case SceneAction(scene):
                kept = self._arrangement.find(Scene, scene)
                yield from kept.steps if kept else ()

    def _by(self, automation: Automation, run: Run, action: Action) -> By:
        is_private = self._effects.is_private(automation)
        person = run.fired.by
        if person is not None:
            used = (automation.id, automation.name)
            return person if is_private else person.via("automation", *used)
        by = By("automation", automation.id, "" if is_private else automation.name)
        if isinstance(action, SceneAction):
            scene = self._arrangement.find(Scene, action.scene)
            return by.via("scene", action.scene, scene.name if scene else "")
        if isinstance(action, SetAction) and action.group is not None:
            group = self._arrangement.find(Group, action.group)
            return by.via("group", action.group, group.name if group else "")
        return by


def ordered(run: Run, place: int, results: list[Order]) -> Run:
    """Return a run whose commands of one action have become durable, or were refused."""
    fresh = iter(results)
    done = tuple(_taken(one, fresh) if one.place == place else one for one in run.done)
    return replace(run, done=done, sent=max(run.sent, place + 1))


def come_further(run: Run, order: Order) -> Run:
    """Return a run one of whose commands has come further."""
    done = tuple(
        replace(one, orders=tuple(order if o.command == order.command else o for o in one.orders))
        for one in run.done
    )
    return replace(run, done=done)


def _taken(done: Done, fresh: Iterator[Order]) -> Done:
    orders = tuple(next(fresh, o) if o.status == "open" else o for o in done.orders)
    is_failed = bool(orders) and all(order.status == "refused" for order in orders)
    return replace(done, orders=orders, status="failed" if is_failed else done.status)


def _woken(run: Run, now_s: float) -> Run:
    """Return a run whose wait is over."""
    if run.due_s is None:
        return run
    late_s = now_s - run.due_s
    done = tuple(
        replace(one, status="done") if one.status == "waiting" else one for one in run.done
    )
    late_s = max(run.late_s, late_s if late_s > LATE_S else 0.0)
    return replace(run, done=done, due_s=None, late_s=late_s)


def _may(sight: Sight, step: SceneStep) -> bool:
    controls = sight.of(step.device).controls
    addresses = step.values if step.action is None else (step.action,)
    return all(Address(address) in controls for address in addresses)

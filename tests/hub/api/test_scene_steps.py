"""What a step of a scene shows: no argument of an action, one of which may be a password."""

from hub.api.arrangement_views import step_shown
from hub.core.arrangement.records import SceneStep
from hub.core.people.access import Moment, Principal, Thing
from hub.core.people.records import Role
from hub.core.people.sight import Sight
from protocol.ids import Address
from tests.hub.core.world import LAMP, online_world

OWNER = Principal("local", "local", Role.OWNER)


def test_arguments_of_an_action_are_named_and_not_shown() -> None:
    sight = Sight(OWNER, Moment(0.0, 0, 0), Thing, [])
    step = SceneStep(LAMP, {"times": 3}, Address("lamp.blink"))
    shown = step_shown(step, online_world().device(), sight)
    assert (shown["arguments"], shown["hidden"]) == ({}, ["times"])


def test_what_cannot_be_read_is_named_and_not_shown() -> None:
    sight = Sight(OWNER, Moment(0.0, 0, 0), Thing, [])
    step = SceneStep(LAMP, {"lamp.on": True, "lamp.pin": "1234"})
    shown = step_shown(step, online_world().device(), sight)
    assert (shown["properties"], shown["hidden"]) == ({"lamp.on": True}, ["lamp.pin"])

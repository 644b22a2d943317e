"""Operations on scenes: made, activated, and undone."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from aiohttp import web
from pydantic import TypeAdapter
from pydantic_core import to_json

from hub.api.arrangement_bodies import ChangeScene, GivenStep, KeptStep, MakeScene, Together
from hub.api.arrangement_models import Activated, LostStep, SceneList, SceneView
from hub.api.arrangement_views import scene_shown, scene_view, visible
from hub.api.operations import SCENE, UNDO, Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.replies import empty_reply, encoded_reply, json_reply
from hub.api.rooms import CONFLICTS, changed, new_arranged_id, there
from hub.api.together import as_step, command_together, records_of, requests_of, results
from hub.core.arrangement.records import Scene, SceneStep, Undo
from hub.core.asker import ThroughType
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId

routes = Routes("Scenes")

_DONE = Answer(200, "All commands have ended.", Activated)
_OPEN = Answer(202, "Some commands are still on their way.", Activated)


@routes.operation("GET", "/scenes", Answer(200, "All scenes.", SceneList), right=Right.SEE)
async def list_scenes(call: Call[None]) -> web.Response:
    """List the scenes of the home."""
    scenes = visible(call.context.home.hub, Scene, call.sight)
    return json_reply(SceneList(scenes=[scene_shown(scene) for scene in scenes]))


@routes.operation(
    "POST",
    "/scenes",
    Answer(201, "The new scene.", SceneView, leads_to=("show_scene", "/id")),
    body=TypeAdapter(MakeScene),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def make_scene(call: Call[MakeScene]) -> web.Response:
    """Make a scene of steps, or of what devices show now: all of them that can be set.

    256 at most, no two of one name, 128 steps and 64 KiB of values in each. Steps are checked
    against the product specs of their devices.
    """
    body, home = call.body, call.context.home
    steps = _steps(call, body.steps, body.capture)
    scene = Scene(new_arranged_id("scene"), body.name, body.icon, body.room, steps)
    await home.arranging.keep(scene)
    return json_reply(scene_view(scene, home.hub.devices, call.sight), 201)


@routes.operation(
    "GET",
    "/scenes/{id}",
    Answer(200, "The scene.", SceneView),
    parameters=(SCENE,),
    right=Right.SEE,
)
async def show_scene(call: Call[None]) -> web.Response:
    """Show what a scene does, and which of its devices have left the home.

    Values that cannot be read, arguments of actions, and values of devices that are gone are not
    shown: a scene may hold a password.
    """
    return json_reply(scene_view(_scene(call), call.context.home.hub.devices, call.sight))


@routes.operation(
    "PATCH",
    "/scenes/{id}",
    Answer(200, "The scene as it is now.", SceneView),
    parameters=(SCENE,),
    body=TypeAdapter(ChangeScene),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def change_scene(call: Call[ChangeScene]) -> web.Response:
    """Change a scene's name, icon, room or steps; `capture` takes the steps anew.

    A step as it was shown can be sent back: the values that `hidden` names stay as they are.
    """
    body, home, scene = call.body, call.context.home, _scene(call)
    is_anew = body.steps is not None or body.capture is not None
    steps = _steps(call, body.steps, body.capture, scene.steps) if is_anew else scene.steps
    scene = changed(scene, body, steps=steps)
    await home.arranging.keep(scene)
    return json_reply(scene_view(scene, home.hub.devices, call.sight))


@routes.operation(
    "DELETE",
    "/scenes/{id}",
    Answer(204, "The scene is gone.", media=()),
    parameters=(SCENE,),
    right=Right.ARRANGE,
)
async def drop_scene(call: Call[None]) -> web.Response:
    """Remove a scene; nothing is switched."""
    await call.context.home.arranging.drop(_scene(call))
    return empty_reply()


@routes.operation(
    "POST",
    "/scenes/{id}/activate",
    _DONE,
    _OPEN,
    parameters=(SCENE,),
    body=TypeAdapter(Together),
    problems=CONFLICTS,
    right=Right.CONTROL,
)
async def activate_scene(call: Call[Together]) -> web.Response:
    """Activate a scene: all its commands go out in one turn, with a receipt or a problem for each.

    `undo` names the way back to what its devices showed before; the last 32 are kept. A step whose
    device has left is answered with a problem, and the others are carried out.
    """
    return await _activate(call, _scene(call))


@routes.operation(
    "POST",
    "/undo/{id}",
    _DONE,
    _OPEN,
    parameters=(UNDO,),
    body=TypeAdapter(Together),
    problems=CONFLICTS,
    right=Right.CONTROL,
)
async def undo_scene(call: Call[Together]) -> web.Response:
    """Bring the devices of a scene back to what they showed before it was activated.

    It is answered with an undo of its own, so that it can be undone too.
    """
    undo = call.context.home.hub.arrangement.get(Undo, call.path(UNDO))
    return await _activate(call, undo)


async def _activate(call: Call[Together], scene: Scene | Undo) -> web.Response:
    """Carry out what a scene says, and keep the way back from it."""
    home, body = call.context.home, call.body
    by = call.asks.by.via(_kind(scene), scene.id, scene.name)
    requests = requests_of(scene.steps, call.scope, by, body.id)
    back, lost = home.arranging.way_back(scene)  # before anything changes
    taken = await command_together(call, requests, is_whole=body.all_or_nothing)
    undo_id = _undo_id(call)
    if home.hub.arrangement.find(Undo, undo_id) is None and back and any(records_of(taken)):
        await home.arranging.keep_way_back(undo_id, scene, back)
    shown, status = await results(call.context, requests, taken, body.wait_s)
    is_undoable = home.hub.arrangement.find(Undo, undo_id) is not None
    not_undone = [LostStep(device=d, address=a, reason=why) for d, a, why in lost]
    told = {"undo": undo_id if is_undoable else None, "not_undone": not_undone}
    return encoded_reply(b'{"results":' + shown + b"," + to_json(told)[1:], status)


def _kind(scene: Scene | Undo) -> ThroughType:
    return "scene" if isinstance(scene, Scene) else "undo"


def _undo_id(call: Call[Together]) -> str:
    """Name the way back: the same for a repeat, which finds the scene's values in force."""
    if call.body.id is None:
        return new_arranged_id("undo")
    return f"undo-{sha256(f'{call.scope}.{call.body.id}'.encode()).hexdigest()[:8]}"


def _steps(
    call: Call[Body],
    steps: Sequence[GivenStep] | None,
    capture: Sequence[str] | None,
    before: Sequence[SceneStep] = (),
) -> tuple[SceneStep, ...]:
    if (steps is None) == (capture is None):
        detail, remedy = "what the scene is to do is not one thing", "send either steps or capture"
        raise refused(409, "scene-unclear", detail, remedy)
    if capture is not None:
        devices = tuple(DeviceId(device) for device in dict.fromkeys(capture))
        captured = call.context.home.arranging.capture(devices)
        return tuple(step for one in captured if (step := _seen_of(one, call.sight)).values)
    return tuple(_kept(step, before) for step in steps or ())


def _kept(given: GivenStep, before: Sequence[SceneStep]) -> SceneStep:
    """Return a step with what it leaves as it was.

    Raises:
        ProblemError: The scene had no such value, or the step does not say one thing to do.
    """
    hidden = given.hidden if isinstance(given, KeptStep) else ()
    if not hidden:
        return as_step(given)
    for old in before:
        is_same = (old.device, old.action) == (given.device, given.action)
        if is_same and old.values.keys() >= set(hidden):
            new = given.properties if given.action is None else given.arguments
            names = [name for name in {**old.values, **new} if name in new or name in hidden]
            values = {name: new[name] if name in new else old.values[name] for name in names}
            return SceneStep(old.device, values, old.action)
    detail = f"the scene holds no {', '.join(hidden)} of {given.device} that could stay"
    raise refused(409, "hidden-unknown", detail, "read the scene again, or send the values")


def _scene(call: Call[Body]) -> Scene:
    return there(call, Scene, call.path(SCENE))


def _seen_of(step: SceneStep, sight: Sight) -> SceneStep:
    """Return a captured step without what the caller may not see."""
    span = sight.of(step.device).sees
    return replace(step, values={a: v for a, v in step.values.items() if Address(a) in span})

"""Operations on automations."""

from dataclasses import replace
from typing import Final

from aiohttp import web
from pydantic import TypeAdapter

from hub.api.arrangement_views import visible
from hub.api.automation_bodies import (
    LONGEST_S,
    ChangeAutomation,
    MakeAutomation,
    TryAutomation,
)
from hub.api.automation_forms import actions, condition, trigger
from hub.api.automation_models import AutomationList, AutomationShown, Rehearsal, RunList, RunShown
from hub.api.automation_views import automation_shown, flaw_shown, run_shown, unknown_shown
from hub.api.operations import AUTOMATION, Answer, Body, Call, Routes
from hub.api.problems import refused
from hub.api.replies import empty_reply, json_reply
from hub.api.rooms import CONFLICTS, changed, new_arranged_id, there
from hub.core.automations.checks import flaws
from hub.core.automations.entitlement import trespasses
from hub.core.automations.errors import UnfitError
from hub.core.automations.records import Automation
from hub.core.people.rights import Right

routes = Routes("Automations")

_WRITTEN: Final = frozenset({"mode", "triggers", "conditions", "actions"})
"""Who changes one of these becomes the author."""


@routes.operation(
    "GET", "/automations", Answer(200, "All automations.", AutomationList), right=Right.SEE
)
async def list_automations(call: Call[None]) -> web.Response:
    """List the automations of the home.

    One that looks at what tells of a body is seen by its wearer alone; a guest sees those of which
    each device is theirs.
    """
    home = call.context.home
    found = visible(home.hub, Automation, call.sight)
    shown = [automation_shown(one, home.hub, home.clock) for one in found]
    return json_reply(AutomationList(automations=shown))


@routes.operation(
    "POST",
    "/automations",
    Answer(201, "The new automation.", AutomationShown, leads_to=("show_automation", "/id")),
    body=TypeAdapter(MakeAutomation),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def make_automation(call: Call[MakeAutomation]) -> web.Response:
    """Make an automation; 128 at most, no two of one name.

    All that it names is checked against the product specs: a problem says where it is wrong, and
    what to send instead. It may do what its author may do, at the time at which it does it.
    """
    body, home = call.body, call.context.home
    automation = _drafted(new_arranged_id("automation"), body, call.person)
    _check_rights(call, automation)
    await home.arranging.keep(automation)
    return json_reply(automation_shown(automation, home.hub, home.clock), 201)


@routes.operation(
    "GET",
    "/automations/{id}",
    Answer(200, "The automation.", AutomationShown),
    parameters=(AUTOMATION,),
    right=Right.SEE,
)
async def show_automation(call: Call[None]) -> web.Response:
    """Show an automation: what it does, when it runs next, how it last ran, what is wrong with it.

    Values that cannot be read, and texts among arguments, are not shown: one may be a password.
    """
    home = call.context.home
    return json_reply(automation_shown(_automation(call), home.hub, home.clock))


@routes.operation(
    "PATCH",
    "/automations/{id}",
    Answer(200, "The automation as it is now.", AutomationShown),
    parameters=(AUTOMATION,),
    body=TypeAdapter(ChangeAutomation),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def change_automation(call: Call[ChangeAutomation]) -> web.Response:
    """Change an automation, or switch it on or off; a run that waits ends.

    Who changes what it does becomes its author.
    """
    body, home, automation = call.body, call.context.home, _automation(call)
    given = {name for name in body.model_fields_set if getattr(body, name) is not None}
    after = changed(
        automation,
        body,
        is_enabled=automation.is_enabled if body.is_enabled is None else body.is_enabled,
        mode=body.mode or automation.mode,
    )
    if body.triggers is not None:
        after = replace(after, triggers=tuple(trigger(one) for one in body.triggers))
    if body.conditions is not None:
        after = replace(after, conditions=tuple(condition(one) for one in body.conditions))
    if body.actions is not None:
        after = replace(after, actions=actions(body.actions, automation.actions))
    if given & _WRITTEN:
        after = replace(after, author=call.person)
        _check_rights(call, after)
    await home.arranging.keep(after)
    return json_reply(automation_shown(after, home.hub, home.clock))


@routes.operation(
    "DELETE",
    "/automations/{id}",
    Answer(204, "The automation is gone.", media=()),
    parameters=(AUTOMATION,),
    right=Right.ARRANGE,
)
async def drop_automation(call: Call[None]) -> web.Response:
    """Remove an automation; a run that waits ends, and what it did stays done."""
    await call.context.home.arranging.drop(_automation(call))
    return empty_reply()


@routes.operation(
    "POST",
    "/automations/try",
    Answer(200, "What it would have done.", Rehearsal),
    body=TypeAdapter(TryAutomation),
    problems=CONFLICTS,
    right=Right.ARRANGE,
)
async def try_automation(call: Call[TryAutomation]) -> web.Response:
    """See when an automation would have run on what is recorded, and what it would have sent.

    Nothing is sent. `unknown` tells what history does not: events, what is not recorded, and times
    at which the hub was down. What the automation's own commands would have changed is not known
    either.
    """
    body, home = call.body, call.context.home
    from_s, until_s = body.from_.timestamp(), body.until.timestamp()
    if not 0 < until_s - from_s <= LONGEST_S:
        detail = "the time to look at is not between nothing and seven days long"
        raise refused(409, "window-invalid", detail, "send another from or until")
    until_s = min(until_s, home.clock.wall_s(home.clock.now_s()))
    tried = await home.automating.rehearse(_tried(call), home.history, from_s, until_s)
    rehearsed = tried.rehearsed
    told: Rehearsal = {
        "runs": [run_shown(run, None) for run in rehearsed.runs],
        "more": rehearsed.is_more,
        "problem": None if rehearsed.stop is None else flaw_shown(rehearsed.stop),
        "unknown": [unknown_shown(one) for one in tried.unknown],
    }
    return json_reply(told)


@routes.operation(
    "POST",
    "/automations/{id}/run",
    Answer(200, "What it did, as far as it has come.", RunShown),
    parameters=(AUTOMATION,),
    problems=CONFLICTS,
    right=Right.CONTROL,
)
async def run_automation(call: Call[None]) -> web.Response:
    """Run an automation now, whatever its conditions are, and even if it is switched off.

    It does what its author may do, and whoever runs it has to be allowed to do that, too. A run
    that waits goes on later; GET /automations/{id}/runs tells how it ended.
    """
    home, automation = call.context.home, _automation(call)
    found = [
        flaw
        for flaw in trespasses(automation, call.sight, call.sight, home.hub.devices)
        if flaw.code == "right-missing"
    ]
    if found:
        raise UnfitError(found)
    run = await home.automating.run_now(automation, call.asks.by, call.person)
    return json_reply(run_shown(run, home.clock, call.sight))


@routes.operation(
    "GET",
    "/automations/{id}/runs",
    Answer(200, "Its last runs.", RunList),
    parameters=(AUTOMATION,),
    right=Right.SEE,
)
async def list_runs(call: Call[None]) -> web.Response:
    """List the last 20 runs of an automation, the latest first: why it ran, or did not.

    Of runs whose conditions did not hold only the last of a row is kept, and none over a restart.
    """
    home = call.context.home
    runs = home.hub.automations.runs(_automation(call).id)
    return json_reply(RunList(runs=[run_shown(run, home.clock, call.sight) for run in runs]))


def _tried(call: Call[TryAutomation]) -> Automation:
    """Return the automation that is to be tried: one that is there, or a draft of the caller's.

    Raises:
        RequestError: There is none of that id, or the draft does not fit the home.
    """
    given, home = call.body.automation, call.context.home
    if isinstance(given, str):
        return there(call, Automation, given)
    draft = _drafted("automation-00000000", given, call.person)
    _check_rights(call, draft)
    found = list(flaws(draft, home.hub.arrangement.surroundings))
    if found:
        raise UnfitError(found)
    return draft


def _drafted(id_: str, body: MakeAutomation, author: str) -> Automation:
    return Automation(
        id_,
        body.name,
        author,
        body.icon,
        body.is_enabled,
        body.mode,
        tuple(trigger(one) for one in body.triggers),
        tuple(condition(one) for one in body.conditions),
        actions(body.actions),
    )


def _automation(call: Call[Body]) -> Automation:
    return there(call, Automation, call.path(AUTOMATION))


def _check_rights(call: Call[Body], automation: Automation) -> None:
    """Go on only if the caller may have an automation do what it says.

    Raises:
        UnfitError: They may not.
    """
    home = call.context.home
    own = home.people.sights.of(replace(call.asks, scope=f"{call.scope}/own", grants=()))
    found = list(trespasses(automation, call.sight, own, home.hub.devices))
    if found:
        raise UnfitError(found)

"""Operations on the requirement catalogue."""

from aiohttp import web

from hub.api.models import RuleEntry, RuleList
from hub.api.operations import RULE, Answer, Call, Routes
from hub.api.problems import refused
from hub.api.replies import json_reply
from hub.api.views import rule_entry
from hub.core.people.rights import Right
from protocol.rules import rules

routes = Routes("Protocol")


@routes.operation("GET", "/rules", Answer(200, "All rules.", RuleList), right=Right.SEE)
async def list_rules(call: Call[None]) -> web.Response:
    """List the numbered rules of the protocol, each with the fix for who broke it."""
    return json_reply(RuleList(rules=[rule_entry(rule) for rule in rules().values()]))


@routes.operation(
    "GET", "/rules/{id}", Answer(200, "The rule.", RuleEntry), parameters=(RULE,), right=Right.SEE
)
async def show_rule(call: Call[None]) -> web.Response:
    """Show one rule of the protocol; problems name it in `type`."""
    found = rules().get(call.path(RULE))
    if found is None:
        raise refused(404, "rule-unknown", "no such rule", "GET /api/v1/rules lists them")
    return json_reply(rule_entry(found))

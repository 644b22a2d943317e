"""Actions: every one that is declared, and calls that cannot be."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from certification.driving import speech, values
from certification.driving.desk import Desk
from certification.driving.parties import Party
from certification.driving.speech import Outcome
from certification.suite.registry import scenario
from certification.suite.setting import NO_ADDRESS, product_of
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import Action

SETTLE_S = 0.3
"""An action that makes the device leave, such as a restart, shows it within this time."""


class Call(NamedTuple):
    """A call of an action that breaks a rule."""

    action: str
    arguments: Mapping[str, Scalar]
    kind: str
    rule: str


def arguments_of(action: Action, desk: Desk) -> dict[str, Scalar]:
    """Return arguments that an action takes."""
    return {value.name: values.allowed(value, desk.rng)[0].value for value in action.arguments}


async def call(
    desk: Desk, party: Party, action: str, arguments: Mapping[str, Scalar], **args: Any
) -> Outcome:
    """Call an action in the boot in which the device is."""
    body = {"action": action, "epoch": party.epoch, "arguments": dict(arguments)}
    return await speech.command(desk, party, "action", body, **args)


@scenario(features=("actions",), is_calm=True)
async def action_each(desk: Desk) -> None:
    """Call every action, with arguments from one edge of their range."""
    for address, action in product_of(desk.device).actions.items():
        await call(
            desk, desk.device, address, arguments_of(action, desk), expect="done", kind="each"
        )
        await desk.until(lambda line: line.kind == "closed", SETTLE_S)


@scenario(features=("commands",))
async def action_rejected(desk: Desk) -> None:
    """Call what is not declared, and declared actions with wrong arguments."""
    for bad in _bad_calls(desk):
        await call(
            desk,
            desk.device,
            bad.action,
            bad.arguments,
            expect="rejected",
            kind=bad.kind,
            rule=bad.rule,
        )
    await speech.probe(desk)


@scenario(features=("actions",))
async def action_other_epoch(desk: Desk) -> None:
    """Call an action in a boot that is over, and in one that has not come: neither is done."""
    for address, action in product_of(desk.device).actions.items():
        for epoch in (desk.device.epoch + 1, desk.device.epoch - 1):
            if epoch > 0:
                body = {
                    "action": address,
                    "epoch": epoch,
                    "arguments": arguments_of(action, desk),
                }
                await speech.command(
                    desk, desk.device, "action", body, expect="expired", kind="other_epoch"
                )
        break
    await speech.probe(desk)


def _bad_calls(desk: Desk) -> Iterator[Call]:
    product = product_of(desk.device)
    yield Call(NO_ADDRESS, {}, "undeclared", "ECO-CMD-003")
    for address, action in product.actions.items():
        good = arguments_of(action, desk)
        tries = [({**good, "no_such_argument": 1}, "undeclared_argument")]
        for value in action.arguments:
            missing = {name: one for name, one in good.items() if name != value.name}
            tries.append((missing, "missing_argument"))
            tries += [
                ({**good, value.name: one.value}, one.kind) for one in values.forbidden(value)
            ]
        for arguments, kind in tries:
            broken = product.check_action(Address(address), arguments)
            if broken:
                yield Call(address, arguments, kind, broken[0].rule)

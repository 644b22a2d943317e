"""Whether somebody may write an automation, and who gets to see it.

An automation does only what its author may do. What tells of a body may be used by its wearer
alone; who may not see what an automation looks at does not see the automation.
"""

from collections.abc import Collection, Iterable, Iterator

from hub.core.automations.errors import Flaw
from hub.core.automations.mentions import Mention, devices_of, reads, sets
from hub.core.automations.records import Automation, CallAction, SceneAction, SetAction
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from protocol.errors import printable
from protocol.ids import Address, DeviceId


def exists(automation: Automation, sight: Sight | None) -> bool:
    """Say whether an automation exists for a reader: all that it looks at does.

    Where sight is narrow each device that it names has to, and there has to be one.

    Args:
        automation: Any.
        sight: The reader's; None stands for one from whom nothing is withheld.
    """
    if sight is None or sight.is_whole:
        return True
    if sight.is_narrow and not _is_within(automation, sight):
        return False
    named = (*reads(automation), *sets(automation))
    # To somebody whose sight is wide, a device of which nothing is seen is one that has left.
    return all(_is_seen(sight, one) or not sight.of(one.device) for one in named)


def trespasses(
    automation: Automation, sight: Sight, own: Sight, here: Collection[DeviceId]
) -> Iterator[Flaw]:
    """Yield what somebody may not have an automation do.

    Args:
        automation: As it is to be.
        sight: What they see and control.
        own: The same without what grants give: what automations of theirs may look at.
        here: The devices of the home; of those that have left nothing is said.
    """
    for mention in reads(automation):
        if mention.device not in here:
            continue
        path, device, address = mention
        if not _is_seen(sight, mention):
            detail = f"no {printable(address or device)} for you in this home"
            yield Flaw("mention-unknown", path, detail, "name something that you see")
        elif not _is_seen(own, mention):
            detail = f"{address} of {device} tells of somebody's body"
            yield Flaw("wearer-only", path, detail, "have its wearer make this automation")
    for place, action in enumerate(automation.actions):
        match action:
            case SetAction(values, target) if target in here and target is not None:
                yield from _withheld(sight, target, values, f"actions.{place}")
            case CallAction(target, address) if target in here:
                yield from _withheld(sight, target, (address,), f"actions.{place}")


def _is_within(automation: Automation, sight: Sight) -> bool:
    reaches_out = any(
        isinstance(action, SceneAction) or (isinstance(action, SetAction) and action.group)
        for action in automation.actions
    )
    named = devices_of(automation)
    return bool(named) and not reaches_out and all(bool(sight.of(device)) for device in named)


def _withheld(
    sight: Sight, device: DeviceId, addresses: Iterable[str], path: str
) -> Iterator[Flaw]:
    view = sight.of(device)
    for address in addresses:
        if Address(address) not in view.controls:
            detail = f"this needs the right to {Right.CONTROL} {address} of {device}"
            yield Flaw("right-missing", path, detail, "ask an owner of this home")


def _is_seen(sight: Sight, mention: Mention) -> bool:
    view = sight.of(mention.device)
    return bool(view) if mention.address is None else mention.address in view.sees

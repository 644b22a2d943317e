"""Receipts as values: each function returns the record after something happened to a command."""

from collections.abc import Iterable, Mapping

from hub.core.records import CommandRecord, Item, Moment
from protocol.ids import Address
from protocol.messages import AckItem, Fault, Scalar
from protocol.receipt import TABLE, Status, Step, advance
from protocol.validator import CompiledProduct


def opened(addresses: Iterable[str]) -> tuple[Item, ...]:
    """Return the items of a new set of these addresses."""
    return tuple([Item(Address(address), Status.ACCEPTED) for address in addresses])


def stepped(
    record: CommandRecord, step: Step, now_s: float, reason: str = ""
) -> CommandRecord | None:
    """Return the record after `step`, or None when its status has no such step.

    The items that have not ended yet follow the whole; a repeated `received` changes nothing.
    """
    if step not in TABLE[record.status]:
        return None
    after = advance(record.status, step)
    if after is record.status:
        return None
    is_final = not TABLE[after] or step is Step.FINISHED
    items = tuple([_follow(item, after) for item in record.items])
    history = (*record.history, Moment(after, now_s, reason))
    return record.with_receipt(after, items, history, reason, is_final=is_final)


def kept_waiting(record: CommandRecord, reason: str, expected_at_s: float | None) -> CommandRecord:
    """Return a command that has to wait until its device wakes, with why and until when."""
    return record._replace(reason=reason, expected_at_s=expected_at_s)


def with_answers(record: CommandRecord, answers: tuple[AckItem, ...]) -> CommandRecord:
    """Return a refused record whose items carry the device's word on each address."""
    faults = {answer.address: answer.error for answer in answers if answer.error}
    return record._replace(items=tuple(_judged(item, faults) for item in record.items))


def shown(record: CommandRecord, values: Mapping[str, Scalar]) -> CommandRecord:
    """Return the record with those items confirmed whose value a state of this cause shows."""
    wanted = _set_values(record)
    items = tuple(
        [
            _confirmed(item)
            if item.address in values and is_same(values[item.address], wanted[item.address])
            else item
            for item in record.items
        ]
    )
    return record._replace(items=items) if items != record.items else record


def is_confirmed(record: CommandRecord, product: CompiledProduct) -> bool:
    """Say whether each address that can be confirmed is."""
    return all(
        item.status is Status.CONFIRMED for item in record.items if item.address in product.readable
    )


def is_confirmable(record: CommandRecord, product: CompiledProduct) -> bool:
    """Say whether a state could show what the command does: a set of something readable."""
    return record.action is None and any(a in product.readable for a in record.values)


def is_same(shown_value: Scalar, wanted: Scalar) -> bool:
    """Say whether a state shows the wanted value; true and 1 differ, 2 and 2.0 do not."""
    if shown_value is wanted:
        return True
    if isinstance(shown_value, bool) or isinstance(wanted, bool):
        return False
    if isinstance(shown_value, int | float) and isinstance(wanted, int | float):
        return abs(shown_value - wanted) <= 1e-6 * max(1.0, abs(wanted))
    return shown_value == wanted


def _set_values(record: CommandRecord) -> Mapping[str, Scalar]:
    return record.values if record.action is None else {}


def _follow(item: Item, status: Status) -> Item:
    if item.status is Status.CONFIRMED or not TABLE[item.status]:
        return item
    return Item(item.address, status, item.error, item.message)


def _confirmed(item: Item) -> Item:
    return Item(item.address, Status.CONFIRMED, item.error, item.message)


def _judged(item: Item, faults: Mapping[str, Fault]) -> Item:
    fault = faults.get(item.address)
    if fault is None:
        return item
    return item._replace(error=fault.code, message=fault.message)

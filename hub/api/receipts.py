"""A receipt as JSON, the same in every frame and every answer."""

from pydantic_core import to_json

from hub.api.causes import by_text
from hub.clock import Clock, iso_of_ms
from hub.core.records import CommandRecord, Item, Moment


def receipt_json(record: CommandRecord, clock: Clock, *, is_veiled: bool = False) -> bytes:
    """Return a `models.Receipt`: how far a command has come.

    It never says what the command asks for, which may be a password. It is put together by hand, in
    a third of the time of a dictionary: one is made for each step of a command. Ids and addresses
    hold nothing that JSON would escape.

    Args:
        record: The command.
        clock: Turns the core's seconds into times of day.
        is_veiled: Whether the reader may not know who in particular has asked.
    """
    action = "null" if record.action is None else f'"{record.action}"'
    items = ",".join([_item(item) for item in record.items])
    history = ",".join([_moment(moment, clock) for moment in record.history])
    results = _json(dict(record.results)) if record.results else "{}"
    expected_s = record.expected_at_s
    expected = "" if expected_s is None else f',"expected_at":"{clock.iso(expected_s)}"'
    if record.plan is not None:
        expected += f',"execute_at":"{iso_of_ms(record.plan.at_ms)}"'
    return (
        f'{{"id":"{record.client_id}","command":"{record.id}","scope":"{record.scope}",'
        f'"device":"{record.device}","action":{action},"status":"{record.status}",'
        f'"is_final":{"true" if record.is_final else "false"},"reason":{_text(record.reason)},'
        f'"items":[{items}],"results":{results},"history":[{history}],'
        f'"created_at":"{clock.iso(record.created_at_s)}",'
        f'"expires_at":"{clock.iso(record.expires_at_s)}",'
        f'"by":{by_text(record.by, is_veiled=is_veiled)}{expected}}}'
    ).encode()


def _item(item: Item) -> str:
    error = "" if item.error is None else f',"error":{_json(item.error)}'
    message = f',"message":{_json(item.message)}' if item.message else ""
    return f'{{"address":"{item.address}","status":"{item.status}"{error}{message}}}'


def _moment(moment: Moment, clock: Clock) -> str:
    reason = f',"reason":{_json(moment.reason)}' if moment.reason else ""
    return f'{{"status":"{moment.status}","at":"{clock.iso(moment.at_s)}"{reason}}}'


def _text(text: str) -> str:
    return _json(text) if text else '""'


def _json(content: object) -> str:
    return to_json(content).decode()

"""What a device must live through: garbage, verdicts, messages that mean nothing to it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from certification.driving import speech
from certification.driving.desk import Desk
from certification.driving.speech import encode
from certification.suite.registry import scenario
from certification.suite.setting import writable

QUIET_S: Final = 1.2
"""How long a device is watched that must not publish anything because of what came."""


CALM_S: Final = 0.6
"""So long before verdicts nothing is asked of a device, or its answers would be taken for more."""

VERDICT_S: Final = 2.2
"""The same for verdicts, to which nobody says by when a device might answer."""


class Bomb(NamedTuple):
    """A payload that no device can read, and where it is sent."""

    what: str
    payload: bytes
    leaf: str = "command"


def _with(more: bytes) -> Callable[[bytes], bytes]:
    return lambda good: good[:-1] + b"," + more + b"}"


_SPOILED: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "cut": lambda good: good[:-1],
    "two texts": lambda good: good + good,
    "an array": lambda good: b"[" + good + b"]",
    "not UTF-8": _with(b'"x":"\xff\xfe"'),
    "byte order mark": lambda good: b"\xef\xbb\xbf" + good,
    "UTF-16": lambda good: good.decode().encode("utf-16-le"),
    "not a number": _with(b'"x":NaN'),
    "too large for a double": _with(b'"x":1e999'),
    "integer of 5000 digits": _with(b'"x":' + b"9" * 5000),
    "the same key twice": lambda good: good[:-1] + b"," + good[1:],
    "half a surrogate pair": _with(b'"x":"\\ud800"'),
    "nested 9 deep": _with(b'"x":' + b"[" * 9 + b"]" * 9),
    "longer than a payload may be": _with(b'"x":"' + b"x" * 16_384 + b'"'),
}
"""What is done to a `set` that the device would carry out, so that it breaks section 4."""

_NOTHING: Final = (
    Bomb("nothing", b""),
    Bomb("white space", b"   \n"),
    Bomb("no JSON", b"set outlet on"),
    Bomb("a text", b'"set"'),
    Bomb("null", b"null"),
    Bomb("nested 5000 deep", b"[" * 5000 + b"]" * 5000),
    Bomb("60 kB of digits", b"7" * 60_000),
    Bomb("bytes", bytes(range(256))),
    Bomb("unknown type", b'{"type":"toggle","id":"y.1","ttl_ms":1000}'),
    Bomb("no type", b'{"id":"y.2","ttl_ms":1000}'),
    Bomb("type of another type", b'{"type":["set"],"id":"y.3","ttl_ms":1000}'),
    Bomb("birth without fields", b"{}", "birth"),
    Bomb("birth that is none", b"\x00\x01\x02", "birth"),
    Bomb("verdict without fields", b"{}", "verdict"),
    Bomb("verdict with an epoch that is none", b'{"min_epoch":"9"}', "verdict"),
)
"""What says nothing that ECO/1 knows."""


def bombs(change: Mapping[str, object]) -> Iterator[Bomb]:
    """Return payloads that break section 4, each with an id of its own, or say nothing.

    Args:
        change: Values to which the device could be set.
    """
    for number, (what, spoil) in enumerate(_SPOILED.items(), 1):
        good = {"type": "set", "id": f"x.{number}", "ttl_ms": 3_000, "values": change}
        yield Bomb(what, spoil(encode(good)))
    yield from _NOTHING


@scenario()
async def garbage(desk: Desk) -> None:
    """Payloads that cannot be read, on each topic: no effect, and the device goes on."""
    await speech.full_state(desk, desk.device, "read")
    for number, bomb in enumerate(bombs(_change(desk)), 1):
        topic = "eco/1/hub/birth" if bomb.leaf == "birth" else desk.device.topic(bomb.leaf)
        await desk.up()
        desk.stimulate("garbage", number=number, what=bomb.what, on=bomb.leaf)
        await desk.send(topic, bomb.payload, qos=0 if bomb.leaf == "verdict" else 1)
    await desk.watch("no effect of what cannot be read", QUIET_S)
    await speech.probe(desk)


@scenario()
async def verdict_noise(desk: Desk) -> None:
    """Verdicts, deserved or not: the device says nothing because of them."""
    await desk.watch("what is published without a verdict", CALM_S)
    for rule, leaf, path in (
        ("ECO-VALUE-002", "state", "values.outlet.on"),
        ("ECO-ORDER-001", "announce", "epoch"),
        ("ECO-CODEC-003", "event", "char 17"),
        ("ECO-NEXT-001", "later", "payload"),
    ):
        await speech.verdict(desk, rule, leaf, path)
    await speech.verdict(desk, "ECO-ORDER-001", "announce", "epoch", min_epoch=1)
    await desk.watch("nothing is published because of a verdict", VERDICT_S)
    await speech.probe(desk)


@scenario()
async def update_ignored(desk: Desk) -> None:
    """Messages on the reserved topic `update`: they are ignored, should the device hear them."""
    for body in ({"version": "99.0"}, {"version": "99.0", "url": "http://192.0.2.1/fw"}):
        await desk.up()
        desk.stimulate("update", **body)
        await desk.send(desk.device.topic("update"), encode(body))
    await desk.watch("nothing follows from a message on update", QUIET_S)
    await speech.probe(desk)


def _change(desk: Desk) -> dict[str, object]:
    """Return values whose effect would be seen, where the product is known and has such."""
    product = desk.device.product
    for address in writable(product) if product else ():
        value = desk.device.values.get(address)
        if isinstance(value, bool):
            return {address: not value}
    return {}

"""What a device must live through: garbage, verdicts, messages that mean nothing to it."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from certification.driving import speech
from certification.driving.desk import Desk
from certification.driving.speech import encode
from certification.suite.registry import scenario
from certification.suite.setting import writable

QUIET_S: Final = 1.2
"""How long a device is watched that must not publish anything because of what came."""


VERDICT_S: Final = 2.2
"""The same for verdicts, to which nobody says by when a device might answer."""


class Bomb(NamedTuple):
    """A payload that no device can read, and where it is sent."""

    what: str
    payload: bytes
    leaf: str = "command"


def bombs(good: bytes) -> Iterator[Bomb]:
    """Return payloads that break section 4, or say nothing that ECO/1 knows.

    Args:
        good: A `set` that the device would carry out, as the inner part of an object.
    """
    whole = b"{" + good + b"}"
    yield Bomb("nothing", b"")
    yield Bomb("white space", b"   \n")
    yield Bomb("no JSON", b"set outlet on")
    yield Bomb("cut", whole[:-1])
    yield Bomb("two texts", whole + whole)
    yield Bomb("a text", b'"set"')
    yield Bomb("an array", b"[" + whole + b"]")
    yield Bomb("null", b"null")
    yield Bomb("not UTF-8", whole[:-1] + b',"x":"\xff\xfe"}')
    yield Bomb("byte order mark", b"\xef\xbb\xbf" + whole)
    yield Bomb("UTF-16", whole.decode().encode("utf-16-le"))
    yield Bomb("not a number", b"{" + good + b',"x":NaN}')
    yield Bomb("too large for a double", b"{" + good + b',"x":1e999}')
    yield Bomb("integer of 5000 digits", b"{" + good + b',"x":' + b"9" * 5000 + b"}")
    yield Bomb("the same key twice", b"{" + good + b"," + good + b"}")
    yield Bomb("half a surrogate pair", b"{" + good + b',"x":"\\ud800"}')
    yield Bomb("nested 9 deep", b"{" + good + b',"x":' + b"[" * 9 + b"]" * 9 + b"}")
    yield Bomb("nested 5000 deep", b"[" * 5000 + b"]" * 5000)
    yield Bomb("longer than a payload may be", b"{" + good + b',"x":"' + b"x" * 16_384 + b'"}')
    yield Bomb("60 kB of digits", b"7" * 60_000)
    yield Bomb("bytes", bytes(range(256)))
    yield Bomb("unknown type", b'{"type":"toggle","id":"x.1","ttl_ms":1000}')
    yield Bomb("no type", b'{"id":"x.2","ttl_ms":1000}')
    yield Bomb("type of another type", b'{"type":["set"],"id":"x.3","ttl_ms":1000}')
    yield Bomb("birth without fields", b"{}", "birth")
    yield Bomb("birth that is none", b"\x00\x01\x02", "birth")
    yield Bomb("verdict without fields", b"{}", "verdict")
    yield Bomb("verdict with an epoch that is none", b'{"min_epoch":"9"}', "verdict")


@scenario()
async def garbage(desk: Desk) -> None:
    """Payloads that cannot be read, on each topic: no effect, and the device goes on."""
    good = encode({"type": "set", "id": "x.0", "ttl_ms": 3_000, "values": _change(desk)})[1:-1]
    await speech.full_state(desk, desk.device, "read")
    for number, bomb in enumerate(bombs(good), 1):
        topic = "eco/1/hub/birth" if bomb.leaf == "birth" else desk.device.topic(bomb.leaf)
        await desk.up()
        desk.stimulate("garbage", number=number, what=bomb.what, on=bomb.leaf)
        await desk.send(topic, bomb.payload, qos=0 if bomb.leaf == "verdict" else 1)
    await desk.watch("no effect of what cannot be read", QUIET_S)
    await speech.probe(desk)


@scenario()
async def verdict_noise(desk: Desk) -> None:
    """Verdicts, deserved or not: the device says nothing because of them."""
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

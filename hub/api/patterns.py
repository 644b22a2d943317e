"""What a text of a request has to look like, in a sentence: a pattern says little to people."""

from collections.abc import Mapping
from typing import Final

from hub.api.arrangement_bodies import TIME, TOGETHER_ID
from hub.api.bodies import CLIENT_ID, ROOM_ID, SETUP_CODE, VISIBLE_LINE
from hub.api.people_bodies import NO_TRICKS, TIME_OF_DAY
from hub.api.people_bodies import ROOM_ID as ROOM_NAME
from hub.api.terms import ICON
from hub.core.people.records import PERSON_ID
from protocol.ids import ADDRESS, DEVICE_ID, NAME

_LINE: Final = (
    "has to be one line with something to see in it, without signs that are not seen or that turn"
    " text around"
)
_OWN_ID: Final = "has to begin with a letter or digit and hold no more than those, dots, _, : and -"

SENTENCES: Final[Mapping[str, str]] = {
    VISIBLE_LINE: _LINE,
    NO_TRICKS: _LINE,
    ROOM_ID: "is no id of a room, which looks like room-7f3a91c2",
    rf"^{ROOM_NAME}$": "is no id of a room, which looks like room-7f3a91c2",
    r"^floor-[0-9a-f]{8}$": "is no id of a floor, which looks like floor-7f3a91c2",
    r"^group-[0-9a-f]{8}$": "is no id of a group, which looks like group-7f3a91c2",
    r"^scene-[0-9a-f]{8}$": "is no id of a scene, which looks like scene-7f3a91c2",
    r"^automation-[0-9a-f]{8}$": "is no id of an automation, such as automation-7f3a91c2",
    rf"^{PERSON_ID}$": "is no id of a person, which looks like person-7f3a91c20b4d",
    rf"^{DEVICE_ID}$": (
        "is no id of a device: 8 to 64 small letters, digits and hyphens, such as light-0001"
    ),
    rf"^{ADDRESS}$": "is no address, which is the name of a service and of a part: light.on",
    rf"^{NAME}$": "is no name of a part: small letters, digits and _, and first a letter",
    rf"^{NAME}(\.{NAME})?$": "is neither an address, such as light.on, nor a name of a part",
    rf"^{CLIENT_ID}$": f"{_OWN_ID}, 64 in all",
    rf"^{TOGETHER_ID}$": f"{_OWN_ID}, 59 in all",
    ICON: "is no name of an icon: small letters, digits and hyphens, and first a letter",
    TIME: "is no time with its zone, such as 2026-11-21T20:43:00Z",
    TIME_OF_DAY: "is no time of day, such as 08:30",
    r"^[^\x00-\x1f\x7f-\x9f]*$": "has to be one line, without control characters",
    r"^[0-9a-f]{32}$": "is no nonce: 16 random bytes as 32 hexadecimal digits, letters small",
    r"^[0-9a-f]{64}$": "is no proof: 32 bytes as 64 hexadecimal digits, letters small",
    r"^[A-Za-z0-9_-]{16,64}$": "is no session, which the answer to the first call names",
    SETUP_CODE: "is no setup code, which is eight digits, such as 1234-5678",
}
"""By pattern, as the models have it; it stands behind the name of the field."""

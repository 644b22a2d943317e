"""How a broker behaves: well, or wrong in the ways that a scenario asks for.

* NotScriptedError      this broker cannot be made to do that
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from certification.transcript.packets import MQTT_3, MQTT_5
from certification.transcript.properties import Properties

Answer = Literal["CONNACK", "PUBACK", "SUBACK", "PINGRESP"]
Certificate = Literal["good", "expired", "wrong-name", "unknown-ca"]


class NotScriptedError(Exception):
    """This broker cannot be made to do that."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a broker does to who connects; as it stands here, nothing wrong.

    Attributes:
        withhold: Answers that do not come.
        refuse_connect: Code of the CONNACK that lets nobody in, in the numbers of either version:
            1 to 5 of MQTT 3.1.1, from 0x80 on of MQTT 5. What the other side speaks is said.
        levels: Protocol levels that are spoken; to others the CONNACK says so.
        hang_up: Whether a TCP connection is reset as soon as it is there.
        connack_delay_s: How long a CONNACK takes.
        deny_publish: Code of the PUBACK to MQTT 5; MQTT 3.1.1 sees nothing of it, as it has no
            codes, and here nobody listens anyway.
        deny_subscribe: Code for each filter of a SUBACK, such as 0x80.
        connack_properties: What a CONNACK says to MQTT 5, such as `server_keepalive_s`.
        certificate: Which one is shown, where the broker has TLS.
    """

    withhold: frozenset[Answer] = frozenset()
    refuse_connect: int | None = None
    levels: frozenset[int] = frozenset({MQTT_3, MQTT_5})
    hang_up: bool = False
    connack_delay_s: float = 0.0
    deny_publish: int | None = None
    deny_subscribe: int | None = None
    connack_properties: Properties = field(default_factory=dict)
    certificate: Certificate = "good"

    def deviations(self) -> Mapping[str, Any]:
        """Return what is not as in `WELL`, for the transcript."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: value for name, value in values.items() if value != getattr(WELL, name)}


WELL: Final = Behaviour()
"""As a broker should behave."""

"""What the API gives out of the door and the network: who wants to join, and who is heard of."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Timestamp
from hub.attempts import Step
from protocol.joining import JoinChallenge, JoinGrant

JoinAnswer = JoinChallenge | JoinGrant


class JoinAttempt(TypedDict):
    """How far a device has come that has called since the window was opened."""

    device: str
    product: Annotated[str, Field(description="As the device has it, which nobody has proved.")]
    vendor: str
    step: Step
    at: Timestamp
    detail: Annotated[str, Field(description="Why it was not let in; empty where it may be yet.")]
    remedy: str


class WindowState(TypedDict):
    """Whether devices may join now."""

    is_open: bool
    closes_at: Timestamp | None
    devices_left: int
    joining: Annotated[
        int, Field(description="Devices that have proved themselves and are just being let in.")
    ]
    guesses_left: Annotated[int, Field(description="Wrong proofs until the window closes.")]
    replaces: str | None
    attempts: Annotated[
        list[JoinAttempt],
        Field(
            description="The last of each device since the window was opened, the latest last; "
            "kept when it closes."
        ),
    ]


class Advert(TypedDict):
    """A device or another hub that was heard on the network; a hint, not a member."""

    kind: Literal["device", "hub"]
    name: str
    device: str
    host: str
    port: int
    addresses: list[str]
    interface: str | None
    first_at: Timestamp
    last_at: Timestamp
    times: int
    txt: dict[str, str]
    said_goodbye: bool
    problem: str


class Question(TypedDict):
    """When the hub asked on an interface, and when something answered there."""

    interface: str
    address: str
    asked: int
    asked_at: Timestamp | None
    answered: int
    answered_at: Timestamp | None
    heard_itself_at: Timestamp | None


class DiscoveryReport(TypedDict):
    """What the network tells of itself, with the evidence of asking."""

    status: str
    detail: str
    remedy: str
    seen: list[Advert]
    questions: list[Question]

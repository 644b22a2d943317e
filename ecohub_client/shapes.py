"""What the API is sent and what it answers, as typed dictionaries.

Written by scripts/make_client.py, not by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypeAlias, TypedDict


class Accepted(TypedDict):
    """A command is durable."""

    type: Literal["accepted"]
    ref: str | int | None
    receipt: Receipt


class Activated(TypedDict):
    """What became of each step, and how it is undone."""

    results: list[CommandResult]
    undo: str | None
    """POST /undo/{id} goes back; null if nothing can be undone."""
    not_undone: list[LostStep]


class ActivityNow(TypedDict):
    """Something was written into the activity log; audit is not told on the stream."""

    type: Literal["activity"]
    seq: int
    entry: EntryShown


class ActivityPage(TypedDict):
    """What has happened, the latest first."""

    entries: list[EntryShown]
    more: bool
    """Whether there are earlier ones: ask with `before`."""


class AddCertificate(TypedDict):
    """Put a certificate into the hub's folder."""

    certificate: str
    """The text of its file, character for character."""


class Advert(TypedDict):
    """A device or another hub that was heard on the network; a hint, not a member."""

    kind: Literal["device", "hub"]
    name: str
    device: str
    host: str
    port: int
    addresses: list[str]
    interface: str | None
    first_at: str
    last_at: str
    times: int
    txt: dict[str, str]
    said_goodbye: bool
    problem: str


class ArrangedGone(TypedDict):
    """A floor, room, group, scene or automation is gone."""

    type: Literal[
        "floor_removed", "room_removed", "group_removed", "scene_removed", "automation_removed"
    ]
    seq: int
    id: str


class AskToJoin(TypedDict):
    """First call: a device asks to be let in."""

    device: str
    product: str
    vendor: str
    nonce: str


class Auth(TypedDict):
    """The first message, within 10 s: who the phone is, from where it goes on, what it wants."""

    type: Literal["auth"]
    token: str
    resume: NotRequired[ResumeFrom | None]
    only: NotRequired[Only | None]


class AuthorityShown(TypedDict):
    """The hub's own authority, which a phone has to trust."""

    name: str
    """As phones list it."""
    fingerprint: str
    """SHA-256, as phones show it."""
    expires_at: str
    pem: str


class AutomationList(TypedDict):
    """All automations, in the order in which they were made."""

    automations: list[AutomationShown]


class AutomationNow(TypedDict):
    """An automation is new or changed, runs next at another time, or has a problem or none."""

    type: Literal["automation"]
    seq: int
    automation: AutomationShown


class AutomationRunNow(TypedDict):
    """An automation was set off, or has come further; the same run is told several times."""

    type: Literal["automation_run"]
    seq: int
    run: RunShown


class AutomationShown(TypedDict):
    """An automation: when any trigger fires and all conditions hold, the actions are done.

    `problem` with `is_enabled` says what of it cannot be done, the rest is; without it, why the hub
    has switched it off.
    """

    id: str
    name: str
    icon: str
    is_enabled: bool
    mode: Literal["single", "restart", "queued"]
    triggers: list[WhenProperty | WhenEvent | WhenPresence | WhenTime | WhenSun]
    conditions: list[IfProperty | IfPresence | IfTime | IfSun | IfSeveral]
    actions: list[DoSet | DoCall | DoScene | DoWait | DoNotify]
    author: str
    """Id of who wrote it last; it may do what they may."""
    next_at: str | None
    """When a time or the sun sets it off next."""
    last_run: LastRun | None
    problem: FlawShown | None


class BreachNow(TypedDict):
    """What a device broke, how often in all, and how to mend it."""

    rule: str
    leaf: (
        Literal[
            "announce",
            "presence",
            "state",
            "event",
            "ack",
            "spec",
            "command",
            "verdict",
            "update",
            "birth",
        ]
        | None
    )
    path: str
    sample: str
    detail: str
    fix: str
    count: int


class BrokenRule(TypedDict):
    """A rule that a device broke, where, how often, and how to mend it."""

    rule: str
    leaf: (
        Literal[
            "announce",
            "presence",
            "state",
            "event",
            "ack",
            "spec",
            "command",
            "verdict",
            "update",
            "birth",
        ]
        | None
    )
    path: str
    sample: str
    detail: str
    text: str
    fix: str
    count: int
    first_at: str
    last_at: str


class BrokenRules(TypedDict):
    """The rules a device broke, the latest first."""

    violations: list[BrokenRule]


class BrokerAddress(TypedDict):
    """Where the hub's broker is; no `host` means the host at which the device reached the API."""

    host: str | None
    port: int
    tls: NotRequired[bool]


class ByShown(TypedDict):
    """Who asked for something; a guest is told the type alone, unless that was the guest."""

    type: Literal["person", "program", "automation", "device", "hub"]
    id: str | None
    """Null where it is not for the reader."""
    name: str | None
    """As they were called then; null where it is not for the reader."""
    phone: NotRequired[str]
    """From which it came."""
    through: NotRequired[ThroughShown]


class CallAction(TypedDict):
    """Run an action; the answer comes when that is durable."""

    device: str
    ref: NotRequired[str | int | None]
    id: NotRequired[str | None]
    expires_in_s: NotRequired[float | None]
    type: Literal["call"]
    action: str
    arguments: NotRequired[Mapping[str, bool | int | float | str]]


class CauseShown(TypedDict):
    """The command that gave a property its value."""

    command: str
    """Its id on the wire."""
    at: str
    """When the value came to be this."""
    by: ByShown | None
    """Null where nobody can say."""


class CertificateList(TypedDict):
    """What the hub knows of certificates, and what it asks of newcomers."""

    policy: Literal["open", "certified"]
    level: int
    folder: str
    certificates: list[CertificateShown]
    registry: RegistryShown | None
    unused: list[UnusedFile]


class CertificateShown(TypedDict):
    """A certificate in the hub's folder."""

    id: str
    file: str
    vendor: str
    product: str
    hardware: str
    firmware: str
    spec_sha256: str
    """Of the product spec that was tried."""
    level: int
    issued: str
    not_after: str
    status: (
        Literal["none", "valid", "expired", "revoked", "untrusted"]
        | Literal["firmware_differs", "hardware_differs", "spec_differs"]
    )
    """Today, whatever device runs."""
    why: str


class CertificateState(TypedDict):
    """How a device stands by the certificates that the hub has."""

    status: (
        Literal["none", "valid", "expired", "revoked", "untrusted"]
        | Literal["firmware_differs", "hardware_differs", "spec_differs"]
    )
    why: str
    """One sentence, for people."""
    level: int | None
    """1 Connects, 2 Dependable, 3 Hardened."""
    firmware_certified: str | None
    firmware_running: str
    """Empty before its first announce."""
    hardware_certified: str | None
    hardware_running: str
    """Empty before its first announce."""
    not_after: str | None
    """Last day on which it counts (UTC)."""
    certificate: str | None
    """Id of the certificate: its SHA-256."""


class ChangeAutomation(TypedDict):
    """Change an automation; what is left out stays, and a list that is sent is the new list."""

    name: NotRequired[str | None]
    icon: NotRequired[str | None]
    is_enabled: NotRequired[bool | None]
    mode: NotRequired[Literal["single", "restart", "queued"] | None]
    triggers: NotRequired[
        Sequence[WhenProperty | WhenEvent | WhenPresence | WhenTime | WhenSun] | None
    ]
    conditions: NotRequired[Sequence[IfProperty | IfPresence | IfTime | IfSun | IfSeveral] | None]
    actions: NotRequired[Sequence[DoSet | DoCall | DoScene | DoWait | DoNotify] | None]


class ChangeDevice(TypedDict):
    """Name, room, icon, who likes it, how strictly it is judged, how many children it may have.

    What is left out stays.
    """

    name: NotRequired[str | None]
    room: NotRequired[str | None]
    """Null takes it out of its room."""
    icon: NotRequired[str | None]
    is_favourite: NotRequired[bool | None]
    """Of the person who asks."""
    mode: NotRequired[Literal["strict", "warn"] | None]
    max_children: NotRequired[int | None]
    """For how many children a gateway may speak; 64 at first."""


class ChangeFloor(TypedDict):
    """Change a floor; what is left out stays."""

    name: NotRequired[str | None]
    level: NotRequired[int | None]


class ChangeGroup(TypedDict):
    """Change a group; what is left out stays."""

    name: NotRequired[str | None]
    icon: NotRequired[str | None]
    room: NotRequired[str | None]
    """Null takes it out of its room."""
    members: NotRequired[Sequence[str] | None]


class ChangeHub(TypedDict):
    """Change how strictly devices are judged that join from now on."""

    mode: Literal["strict", "warn"]
    of_all: NotRequired[bool]
    """Of the devices that are here as well."""


class ChangeMe(TypedDict):
    """Change what you are called."""

    name: str


class ChangeNotification(TypedDict):
    """Mark notifications as read, or as not read."""

    is_read: bool


class ChangePerson(TypedDict):
    """Change who somebody is; what is left out stays as it is."""

    name: NotRequired[str | None]
    role: NotRequired[Role | None]
    grants: NotRequired[Sequence[GrantBody] | None]
    wears: NotRequired[Sequence[str] | None]
    """Bands, earphones and scales whose readings are this person's."""


class ChangeRoom(TypedDict):
    """Change a room; what is left out stays."""

    name: NotRequired[str | None]
    icon: NotRequired[str | None]
    floor: NotRequired[str | None]
    """Null takes it off its floor."""


class ChangeScene(TypedDict):
    """Change a scene; what is left out stays."""

    name: NotRequired[str | None]
    icon: NotRequired[str | None]
    room: NotRequired[str | None]
    """Null takes it out of its room."""
    steps: NotRequired[Sequence[KeptStep] | None]
    capture: NotRequired[Sequence[str] | None]


class ChangeSession(TypedDict):
    """Change what a phone is called."""

    device: str


class Coalesced(TypedDict):
    """So many changes are left out, since later ones overtook them."""

    type: Literal["coalesced"]
    dropped: int


class CommandMany(TypedDict):
    """Command many devices at once, now or at a time of day."""

    commands: Sequence[GivenCommand]
    all_or_nothing: NotRequired[bool]
    """Send nothing unless each command can be carried out."""
    execute_at: NotRequired[str | None]
    """When, as ISO 8601 has it with a zone, at most 31 days ahead; all go out together. A hub that
    was down then does it up to 60 s late; later the receipts end expired, with the reason late.
    """
    wait_s: NotRequired[float]
    """How long to wait for all receipts to end."""
    expires_in_s: NotRequired[float | None]
    """How long each may wait for delivery, from when it begins."""


class CommandResult(TypedDict):
    """What became of one of many commands: its receipt, or why it was not taken."""

    device: str
    receipt: NotRequired[Receipt]
    problem: NotRequired[Problem]


class CommandResults(TypedDict):
    """What became of many commands, in the order in which they were asked."""

    results: list[CommandResult]


class CommonProperty(TypedDict):
    """A property that all members have and that can be set."""

    value: bool | int | float | str | None
    """Null where members differ or show nothing."""
    is_mixed: bool


class DesiredValue(TypedDict):
    """A value that a command asks for and that the device has not shown yet."""

    value: NotRequired[bool | int | float | str | None]
    """Left out when it cannot be read."""
    command: str
    since: str


class DeviceCounts(TypedDict):
    """How many devices there are, in all and by presence."""

    total: int
    by_presence: dict[str, int]


class DeviceList(TypedDict):
    """All devices of the home, in the order in which they joined."""

    devices: list[DeviceSummary]


class DeviceNow(TypedDict):
    """A device is new or described anew; it replaces what was known of it."""

    type: Literal["device"]
    seq: int
    device: DeviceSummary


_DeviceSummary = TypedDict("_DeviceSummary", {"class": "str | None"})


class DeviceSummary(_DeviceSummary):
    """A device as lists and the stream show it."""

    id: str
    name: str
    vendor: str
    product: str
    presence: PresenceState
    mode: Literal["strict", "warn"]
    spec_sha256: str | None
    sleep: SleepState | None
    """Null for one that is always there."""
    gateway: str | None
    """Behind which it is, if it is a child."""
    room: str | None
    """In which it is; null for none."""
    icon: str
    visible: list[str] | None
    """Addresses that the person who asks sees; null for all."""
    controllable: list[str] | None
    """Addresses that they may set or run; null for all that is visible."""
    twin: dict[str, TwinValue]


_DeviceView = TypedDict("_DeviceView", {"class": "str | None"})


class DeviceView(_DeviceView):
    """All the hub knows of one device."""

    id: str
    name: str
    product: str
    presence: PresenceState
    mode: Literal["strict", "warn"]
    identity: Identity
    spec_sha256: str | None
    spec: ProductSpec | None
    """The parts that you see of it; null until the hub has it."""
    sleep: SleepState | None
    """Null for one that is always there."""
    waits: int
    """Commands that wait to be sent to it."""
    gateway: str | None
    """Behind which it is, if it is a child."""
    room: str | None
    """In which it is; null for none."""
    icon: str
    is_favourite: bool
    """Of the person who asks."""
    visible: list[str] | None
    """Addresses that the person who asks sees; null for all."""
    controllable: list[str] | None
    """Addresses that they may set or run; null for all that is visible."""
    wants_gateway: str | None
    """Behind which it wants to move; that is for you to allow."""
    children: list[str]
    """For whom it speaks, if it is a gateway."""
    max_children: int | None
    """Null for one that is no gateway."""
    barred: list[str]
    """Children sent away; they do not come back by themselves."""
    twin: dict[str, TwinProperty]
    violations: list[BrokenRule]
    traffic: Traffic
    quarantine: QuarantineState | None
    certificate: CertificateState


class DiscoveryReport(TypedDict):
    """What the network tells of itself, with the evidence of asking."""

    status: str
    detail: str
    remedy: str
    seen: list[Advert]
    questions: list[Question]


class DoCall(TypedDict):
    """Run an action of a device."""

    type: Literal["call"]
    device: str
    action: str
    arguments: NotRequired[Mapping[str, bool | int | float | str]]
    hidden: NotRequired[Sequence[str]]
    """Names whose values are not shown to anybody; sent back, they keep what the automation has."""


class DoNotify(TypedDict):
    """Put a line into the inbox."""

    type: Literal["notify"]
    text: str


class DoScene(TypedDict):
    """Do what a scene says."""

    type: Literal["scene"]
    scene: str


class DoSet(TypedDict):
    """Set properties of a device, or of all members of a group."""

    type: Literal["set"]
    device: NotRequired[str | None]
    group: NotRequired[str | None]
    properties: NotRequired[Mapping[str, bool | int | float | str]]
    hidden: NotRequired[Sequence[str]]
    """Names whose values are not shown to anybody; sent back, they keep what the automation has."""


class DoWait(TypedDict):
    """Go on so many seconds later."""

    type: Literal["wait"]
    for_s: float


class DoneShown(TypedDict):
    """An action, and what became of it."""

    place: int
    type: str
    at: str
    status: Literal["done", "waiting", "failed"]
    until: str | None
    """Of a wait."""
    detail: str
    results: list[OrderShown]


class EntryShown(TypedDict):
    """One thing that has happened."""

    id: int
    at: str
    kind: Literal[
        "change",
        "command",
        "event",
        "presence",
        "run",
        "pair",
        "refused",
        "invite",
        "grant",
        "revoke",
        "role",
        "join",
        "unjoin",
        "setting",
        "certificate",
    ]
    """change, command, event, presence and run are activity; else audit."""
    by: ByShown | None
    """Who wanted it; null for nobody."""
    device: NotRequired[str]
    address: NotRequired[str]
    """When it is about just one."""
    addresses: NotRequired[list[str]]
    """When it is about several."""
    value: NotRequired[bool | int | float | str | None]
    """Of a change."""
    was: NotRequired[bool | int | float | str | None]
    """Of a change: before it; null when that was not known."""
    command: NotRequired[str]
    """Wire id of the command behind it."""
    status: NotRequired[str]
    """How a command or run ended, what presence became, an invite's role."""
    automation: NotRequired[str]
    person: NotRequired[str]
    """Id of whom it concerns."""
    text: NotRequired[str]
    """Whom or what it is about, or why, in a few words."""
    code: NotRequired[
        Literal[
            "phone-in",
            "phone-out",
            "person-out",
            "setup-code-wrong",
            "pairing-code-wrong",
            "invited",
            "invited-named",
            "invited-phone",
            "invite-withdrawn",
            "invite-withdrawn-named",
            "invite-withdrawn-phone",
            "right-given",
            "right-taken",
            "worn",
            "not-worn",
            "role-changed",
            "device-in",
            "device-out",
            "mode-of-new",
            "mode-of-all",
            "mode-of-device",
            "place-told",
            "place-forgotten",
            "children-at-most",
            "certificate-added",
            "certificate-removed",
        ]
    ]
    """Of audit: what exactly, for words of your own."""
    parameters: NotRequired[dict[str, str | int]]
    """What words for the code need: names of then, roles, numbers."""
    grant: NotRequired[GrantShown]
    """The right that was given or taken."""
    places: NotRequired[dict[str, str]]
    """What the grant's rooms and devices were called, by id."""


class FavouritesNow(TypedDict):
    """The favourites of the person on this stream; told when it begins and whenever they change."""

    type: Literal["favourites"]
    devices: list[str]


class FieldReport(TypedDict):
    """What a device broke, for its maker: no name, id or serial number."""

    format: Literal[1]
    vendor: str
    product: str
    hardware: str
    firmware: str
    protocol: str
    spec_sha256: str | None
    certificate: str | None
    """Id of the certificate: its SHA-256."""
    certificate_status: (
        Literal["none", "valid", "expired", "revoked", "untrusted"]
        | Literal["firmware_differs", "hardware_differs", "spec_differs"]
    )
    messages: int
    """Taken in since the hub started."""
    made_at: str
    violations: list[FieldViolation]


class FieldViolation(TypedDict):
    """A rule that a device broke in a home, without what tells of the people there."""

    rule: str
    leaf: (
        Literal[
            "announce",
            "presence",
            "state",
            "event",
            "ack",
            "spec",
            "command",
            "verdict",
            "update",
            "birth",
        ]
        | None
    )
    path: str
    count: int
    first_at: str
    last_at: str
    text: str
    fix: str
    sample: str | None
    """Null where it could be private."""
    detail: str | None
    """Null where it could be private."""


class FiredShown(TypedDict):
    """What set a run off."""

    place: int | None
    """Of the trigger; null where a person did."""
    type: Literal["property", "event", "presence", "time", "sun", "person"]
    device: str | None
    address: str | None
    """Of the property or event."""
    value: bool | int | float | str | None
    """That the property, or the presence, came to have."""
    was: bool | int | float | str | None
    """That it had before."""
    arguments: dict[str, bool | int | float | str | None]
    """Of the event."""
    person: str | None
    """Id of who told it to run; null for nobody, or not for the reader."""
    by: ByShown | None
    """Who told it to run, where somebody did."""
    command: str | None
    """The command behind the change, if one is."""
    automation: str | None
    """The automation behind it, if one is."""


class FlawShown(TypedDict):
    """Why an automation does not run, or not all of it."""

    code: str
    path: str
    """Where in the automation; empty for all of it."""
    detail: str
    remedy: str


class FloorList(TypedDict):
    """All floors, in the order in which they were made."""

    floors: list[FloorShown]


class FloorNow(TypedDict):
    """A floor is new or changed."""

    type: Literal["floor"]
    seq: int
    floor: FloorShown


class FloorShown(TypedDict):
    """A storey of the home."""

    id: str
    name: str
    level: int
    """0 is the ground floor."""


class GivenCommand(TypedDict):
    """A step with an id of your own: the same id and body again give the same receipt."""

    device: str
    properties: NotRequired[Mapping[str, bool | int | float | str]]
    action: NotRequired[str | None]
    arguments: NotRequired[Mapping[str, bool | int | float | str]]
    id: NotRequired[str | None]


class GivenStep(TypedDict):
    """What one device is to do: properties to set, or an action to run."""

    device: str
    properties: NotRequired[Mapping[str, bool | int | float | str]]
    action: NotRequired[str | None]
    arguments: NotRequired[Mapping[str, bool | int | float | str]]


class GrantBody(TypedDict):
    """What somebody may see or control: where, and when.

    The whole home, or some rooms and devices; all of them, or some properties, actions and events.
    What is private of a wearable is granted only by naming the device.
    """

    right: Literal["see", "control"]
    home: NotRequired[bool]
    rooms: NotRequired[Sequence[str]]
    devices: NotRequired[Sequence[str]]
    addresses: NotRequired[Sequence[str]]
    """All when there are none."""
    hours: NotRequired[Sequence[GrantHours]]
    since: NotRequired[str | None]
    until: NotRequired[str | None]


class GrantHours(TypedDict):
    """A stretch of some days of the week, in the home's time zone.

    One that does not end after it begins ends the next day.
    """

    days: NotRequired[Sequence[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]]
    begin: str
    end: str


class GrantShown(TypedDict):
    """What somebody may see or control: where, and when."""

    right: Literal["see", "control"]
    home: bool
    rooms: list[str]
    devices: list[str]
    addresses: list[str]
    hours: list[HoursShown]
    since: str | None
    until: str | None


class GroupList(TypedDict):
    """All groups, in the order in which they were made."""

    groups: list[GroupView]


class GroupNow(TypedDict):
    """A group is new or changed; how it is follows from the values of its members."""

    type: Literal["group"]
    seq: int
    group: GroupShown


class GroupShown(TypedDict):
    """A group as it was made."""

    id: str
    name: str
    icon: str
    room: str | None
    members: list[str]


class GroupView(TypedDict):
    """A group as its members make it now."""

    id: str
    name: str
    icon: str
    room: str | None
    members: list[str]
    state: Literal["on", "off", "mixed", "unknown"] | None
    """By the switch by which each is on or off; null without."""
    properties: dict[str, CommonProperty]
    lagging: list[LaggingMember]
    unreachable: list[str]
    """Their values count for nothing now."""


class Happened(TypedDict):
    """An event of a device."""

    type: Literal["event"]
    seq: int
    device: str
    event: str
    arguments: dict[str, bool | int | float | str | None]
    at: str


class HealthReport(TypedDict):
    """Whether the hub works."""

    status: Literal["ok", "degraded"]
    parts: list[Part]


class Hello(TypedDict):
    """First frame: which hub this is, what it speaks, and which run of it."""

    type: Literal["hello"]
    hub: str
    protocol: str
    stream: str
    now: str
    """By the hub's clock; a phone's may be wrong."""


_HistoryAnswer = TypedDict("_HistoryAnswer", {"from": "str"})


class HistoryAnswer(_HistoryAnswer):
    """HistoryAnswer."""

    device: str
    to: str
    now: str
    series: list[HistorySeries]


_HistoryGap = TypedDict("_HistoryGap", {"from": "str"})


class HistoryGap(_HistoryGap):
    """HistoryGap."""

    to: str
    reason: str
    """unreachable, quarantined, retired, hub_down, not_recorded, null, future or unknown."""
    detail: str


class HistoryPoint(TypedDict):
    """A value, or the values of a stretch of time that begins then."""

    at: str
    value: bool | int | float | str | None
    """Of a stretch the last one; null when it ended before that."""
    min: NotRequired[float]
    mean: NotRequired[float]
    """By time; of a switch the share in which it was on."""
    max: NotRequired[float]
    count: NotRequired[int]
    """Values recorded in the stretch."""


class HistorySeries(TypedDict):
    """What is known of one property."""

    address: str
    format: str | None
    unit: str | None
    resolution_s: float
    """Length of the stretches of its points; 0: single values."""
    complete_from: str | None
    """Nothing older is kept; null when nothing ever was."""
    points: list[HistoryPoint]
    gaps: list[HistoryGap]
    gaps_left_out: int
    """Shorter ones for which there was no room."""


class HoursShown(TypedDict):
    """A stretch of some days of the week."""

    days: list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]
    begin: str
    end: str


class HttpsShown(TypedDict):
    """How the hub is reached by https."""

    kind: Literal["off", "own", "auto"]
    """own: a certificate of the owner's; auto: one by the hub's authority."""
    port: int | None
    """Null while https is not served."""
    authority: AuthorityShown | None
    certificate: ServedShown | None


class HubReport(TypedDict):
    """The hub itself."""

    id: str
    name: str
    version: str
    protocol: str
    epoch: int
    mode: Literal["strict", "warn"]
    """How devices are judged that join from now on."""
    started_at: str
    now: str
    is_time_synced: bool
    has_place: bool
    """Whether it knows where on earth it is, and so knows the sun."""
    place: PlaceShown | None
    """Where that is; told to owners alone."""
    broker: Part
    devices: DeviceCounts
    open_commands: int
    streams: int
    join_at: list[str]
    """Host and port at which devices reach the hub, for one to be told by hand."""


class Identity(TypedDict):
    """What a device says of itself, and how it came here."""

    vendor: str
    product: str
    serial: str
    hardware: str
    firmware: str
    protocol: str
    driver: str
    epoch: int
    joined_at: str
    replaces: str | None
    replaced_by: str | None


class IfInner(TypedDict):
    """Any of several conditions holds, or none of them does."""

    type: Literal["any", "none"]
    of: Sequence[IfProperty | IfPresence | IfTime | IfSun]


_IfPresence = TypedDict(
    "_IfPresence", {"is": 'Literal["online", "asleep", "unreachable", "unstable", "interviewing"]'}
)


class IfPresence(_IfPresence):
    """A device is online, unreachable..."""

    type: Literal["presence"]
    device: str


_IfProperty = TypedDict("_IfProperty", {"is": "NotRequired[bool | int | float | str | None]"})


class IfProperty(_IfProperty):
    """A property is so, as far as the hub knows."""

    type: Literal["property"]
    device: str
    address: str
    above: NotRequired[int | float | None]
    below: NotRequired[int | float | None]


class IfSeveral(TypedDict):
    """Any of several conditions holds, or none of them does; these may hold some in turn, once."""

    type: Literal["any", "none"]
    of: Sequence[IfProperty | IfPresence | IfTime | IfSun | IfInner]


_IfSun = TypedDict("_IfSun", {"is": 'Literal["up", "down"]'})


class IfSun(_IfSun):
    """The sun is up, or down."""

    type: Literal["sun"]


_IfTime = TypedDict("_IfTime", {"from": "str"})


class IfTime(_IfTime):
    """It is within a stretch of some days, in the home's time zone.

    One that does not end after it begins ends the next day.
    """

    type: Literal["time"]
    until: str
    days: NotRequired[Sequence[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]]


class InviteList(TypedDict):
    """Invites, the oldest first."""

    invites: list[InviteShown]


class InviteLook(TypedDict):
    """What an invite is for, told to who has its code."""

    home: str
    """What the home is called."""
    by: str | None
    """Who invites; null for a program."""
    role: Literal["owner", "member", "guest"]
    name: str | None
    """Who is invited, if that is decided."""
    is_known: bool
    """Whether that is somebody of this home already."""
    grants: list[GrantShown]
    places: dict[str, str]
    """What the rooms and devices of the grants are called."""
    expires_at: str


class InviteSent(TypedDict):
    """A new invite, with its code, which is shown this once."""

    id: str
    role: Literal["owner", "member", "guest"]
    person: str | None
    name: str | None
    grants: list[GrantShown]
    by: str | None
    """Who invites; null for a program."""
    created_at: str
    expires_at: str
    code: str
    link: str
    """Opens the app at this hub with the code filled in."""
    qr: list[str]
    """The link as a QR code: a row per text, 1 for dark; leave 4 light ones around."""


class InviteShown(TypedDict):
    """An invite that is out."""

    id: str
    role: Literal["owner", "member", "guest"]
    person: str | None
    name: str | None
    grants: list[GrantShown]
    by: str | None
    """Who invites; null for a program."""
    created_at: str
    expires_at: str


class JoinAttempt(TypedDict):
    """How far a device has come that has called since the window was opened."""

    device: str
    product: str
    """As the device has it, which nobody has proved."""
    vendor: str
    step: Literal["called", "wrong_code", "refused", "joined"]
    at: str
    detail: str
    """Why it was not let in; empty where it may be yet."""
    remedy: str


class JoinChallenge(TypedDict):
    """Answer to the first call: the hub's nonce, and the name of this attempt."""

    hub: str
    nonce: str
    session: str


class JoinGrant(TypedDict):
    """Answer to the second call: the hub's own proof, and the device's credentials.

    The device checks `proof` before it uses or keeps the rest (ECO-JOIN-006).
    """

    hub: str
    proof: str
    broker: BrokerAddress
    user: str
    client_id: str
    password: str


class JoinProof(TypedDict):
    """Second call: the device shows that it knows the setup code."""

    session: str
    proof: str


class KeptStep(TypedDict):
    """A step of a scene that is changed: what is not shown to anybody can be kept by its name."""

    device: str
    properties: NotRequired[Mapping[str, bool | int | float | str]]
    action: NotRequired[str | None]
    arguments: NotRequired[Mapping[str, bool | int | float | str]]
    hidden: NotRequired[Sequence[str]]
    """Values of this device's step that stay as they are: `hidden` as it was shown."""


class LaggingMember(TypedDict):
    """A member that does not show what it was told last."""

    device: str
    address: str
    wanted: bool | int | float | str | None
    value: bool | int | float | str | None
    reason: str
    """Of its receipt, or how far that has come."""


class LastRun(TypedDict):
    """The last time an automation was to run."""

    id: str
    at: str
    end: (
        Literal[
            "done",
            "conditions",
            "restarted",
            "changed",
            "off",
            "late",
            "missed",
            "loop",
            "too-many",
            "author",
        ]
        | None
    )
    """How it ended; null while it waits."""


class LetInChild(TypedDict):
    """Let a gateway bring a child again that was sent away."""

    child: str


class LookAtInvite(TypedDict):
    """Ask what an invite is for; it stays good."""

    code: str


class LostStep(TypedDict):
    """A part of a scene from which there is no way back."""

    device: str
    address: str
    reason: str


class MakeAutomation(TypedDict):
    """Make an automation: when any trigger fires and all conditions hold, the actions are done."""

    name: str
    icon: NotRequired[str]
    is_enabled: NotRequired[bool]
    mode: NotRequired[Literal["single", "restart", "queued"]]
    """What a trigger does while a run waits: nothing, begin anew, or begin after."""
    triggers: NotRequired[Sequence[WhenProperty | WhenEvent | WhenPresence | WhenTime | WhenSun]]
    """Without any it runs when somebody tells it to."""
    conditions: NotRequired[Sequence[IfProperty | IfPresence | IfTime | IfSun | IfSeveral]]
    actions: Sequence[DoSet | DoCall | DoScene | DoWait | DoNotify]


class MakeFloor(TypedDict):
    """Make a floor."""

    name: str
    level: NotRequired[int]
    """0 is the ground floor."""


class MakeGroup(TypedDict):
    """Make a group of devices that share a property that can be set."""

    icon: NotRequired[str]
    room: NotRequired[str | None]
    name: str
    members: Sequence[str]


class MakeRoom(TypedDict):
    """Make a room."""

    name: str
    icon: NotRequired[str]
    floor: NotRequired[str | None]


class MakeScene(TypedDict):
    """Make a scene of steps, or of what devices show now."""

    icon: NotRequired[str]
    room: NotRequired[str | None]
    name: str
    steps: NotRequired[Sequence[GivenStep] | None]
    capture: NotRequired[Sequence[str] | None]
    """Take what can be set of these devices as it is now."""


class Me(TypedDict):
    """Who asks, and what they may.

    The rights are those of the role; what a guest may is in the grants.
    """

    person: PersonShown | None
    places: dict[str, str]
    """What the rooms and devices of your grants are called."""
    session: str
    name: str
    role: Literal["owner", "member", "guest"]
    rights: list[Right]
    hub: str
    home: str


class MoveChild(TypedDict):
    """Let a child go behind another gateway."""

    gateway: str
    """Where it may go."""


class NoticeList(TypedDict):
    """What is in the inbox, the latest first."""

    notifications: list[NoticeShown]


class NoticeShown(TypedDict):
    """Something that people are told of even if they do not look just then."""

    id: int
    at: str
    kind: Literal[
        "quarantined",
        "released",
        "flooded",
        "alarm",
        "certificate",
        "automation",
        "battery",
        "worn",
        "empty",
        "away",
        "rules",
    ]
    device: str | None
    """Null for what an automation has to say."""
    automation: str | None
    """Id of the automation that says it."""
    name: str | None
    """What the device or automation was called then; null if not known."""
    text: str
    event: str | None
    """Address of the event, of an alarm."""
    address: str | None
    """Address of the property, of what has run down."""
    is_read: bool
    """By you."""
    code: NotRequired[str]
    """Why the hub has switched the automation off."""


class NotificationNow(TypedDict):
    """There is a new notification, or you have read one: then `seq` is the last that was told."""

    type: Literal["notification"]
    seq: int
    notification: NoticeShown


class NotificationRemoved(TypedDict):
    """A notification is gone."""

    type: Literal["notification_removed"]
    seq: int
    id: int


class Objected(TypedDict):
    """A message is not followed, and why."""

    type: Literal["problem"]
    ref: str | int | None
    problem: Problem


class Only(TypedDict):
    """What of the home is to be told.

    A device is heard while it is in one of the rooms or is one of the devices; without either, all
    are. Of each the addresses (properties, events, actions) are told, without any given all of
    them. Of the rest of the home is told what the heard devices make up, as to a guest who was
    granted just that. It takes from what the person may see and never adds to it; who may do what
    stays as it is, and receipts of the session's own commands come whatever is heard. What is named
    need not be there.
    """

    rooms: NotRequired[Sequence[str] | None]
    devices: NotRequired[Sequence[str] | None]
    addresses: NotRequired[Sequence[str] | None]


class OpenPairing(TypedDict):
    """Let one phone come for a while: a new owner, if nothing else is said."""

    role: NotRequired[Role | None]
    """What whoever comes will be."""
    person: NotRequired[str | None]
    """Somebody who is here already, with another phone."""
    name: NotRequired[str | None]
    """What somebody new is called."""
    grants: NotRequired[Sequence[GrantBody]]
    duration_s: NotRequired[float]


class OpenWindow(TypedDict):
    """Let devices join for a while that prove the setup code printed on them."""

    code: str
    """The setup code of the device, eight digits."""
    duration_s: NotRequired[float]
    devices: NotRequired[int]
    """How many may join."""
    replaces: NotRequired[str | None]
    """A device whose name, place and history the newcomer takes over."""


class OrderShown(TypedDict):
    """What became of one command of an action."""

    device: str
    command: str | None
    """Null where none was sent."""
    status: str
    """Of its receipt, or `refused`."""
    reason: str
    """Of its receipt, or why it was refused."""


class Pair(TypedDict):
    """Bring a phone to the home, with the code of the pairing window or of an invite."""

    code: str
    person: NotRequired[str | None]
    """Who you are; not needed where the code says so."""
    device: str
    """What this phone is called."""


class PairedShown(TypedDict):
    """Who came through the window."""

    person: str
    name: str
    session: str
    device: str


class PairingOpened(TypedDict):
    """A window that was opened now, with its code, which is shown this once."""

    is_open: bool
    closes_at: str | None
    guesses_left: int
    role: Literal["owner", "member", "guest"] | None
    person: str | None
    paired: PairedShown | None
    code: str
    link: str
    qr: list[str]
    """The link as a QR code: a row per text, 1 for dark; leave 4 light ones around."""


class PairingState(TypedDict):
    """How the pairing window is."""

    is_open: bool
    closes_at: str | None
    guesses_left: int
    role: Literal["owner", "member", "guest"] | None
    person: str | None
    paired: PairedShown | None


class Part(TypedDict):
    """A part of the hub and whether it works; what hinders it is told to token holders only."""

    name: str
    status: str
    detail: NotRequired[str]
    remedy: NotRequired[str]
    code: NotRequired[str]
    """What detail and remedy say, for words of your own."""
    parameters: NotRequired[dict[str, str | int]]
    """What words for the code need."""


class PersonList(TypedDict):
    """People, those who came first at the top."""

    people: list[PersonShown]


class PersonShown(TypedDict):
    """Somebody who lives here or visits; grants and wearables are told to owners and themselves."""

    id: str
    name: str
    role: Literal["owner", "member", "guest"]
    created_at: str
    grants: list[GrantShown]
    wears: list[str]


class Ping(TypedDict):
    """Ask for a sign of life."""

    type: Literal["ping"]
    ref: NotRequired[str | int | None]


class PlaceShown(TypedDict):
    """Where on earth the home is; degrees, north and east above zero."""

    latitude: float
    longitude: float


class Pong(TypedDict):
    """A sign of life."""

    type: Literal["pong"]
    ref: str | int | None
    now: str


class PresenceNow(TypedDict):
    """Whether a device can be reached from now on."""

    type: Literal["presence"]
    seq: int
    device: str
    presence: PresenceState


class PresenceState(TypedDict):
    """Whether a device can be reached, why, and since when."""

    status: Literal[
        "interviewing", "online", "asleep", "unreachable", "unstable", "quarantined", "retired"
    ]
    reason: str
    since: str
    next_wake_at: NotRequired[str]
    """While it is asleep: when it wakes at the latest."""


class Problem(TypedDict):
    """What went wrong, as RFC 9457 has it, with a stable code and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    """A rule id where a rule was broken."""
    remedy: str
    path: NotRequired[str]
    errors: NotRequired[list[ProblemItem]]


class ProblemItem(TypedDict):
    """One of several things wrong with a request."""

    code: str
    path: str
    detail: str
    remedy: NotRequired[str]


_ProductSpec = TypedDict("_ProductSpec", {"class": "NotRequired[str | None]"})


class ProductSpec(_ProductSpec):
    """What a product is: all that a page for it needs."""

    eco: str
    """The version of the protocol it keeps to."""
    vendor: str
    product: str
    version: int
    title: dict[str, str]
    """Text by language, `en` always."""
    rate_per_s: NotRequired[float]
    services: list[SpecService]


class QuarantineState(TypedDict):
    """Why a device is in quarantine, with evidence; another firmware than this releases it."""

    reason: Literal["broke_rules", "flooded"]
    since: str
    firmware: str
    broken: list[BrokenRule]
    refused: list[RefusedMessage]
    """The last of them, oldest first."""


class Question(TypedDict):
    """When the hub asked on an interface, and when something answered there."""

    interface: str
    address: str
    asked: int
    asked_at: str | None
    answered: int
    answered_at: str | None
    heard_itself_at: str | None


class Receipt(TypedDict):
    """How far a command has come."""

    id: str
    """What the client calls the command."""
    command: str
    """Its id on the wire, the `cause` of changes."""
    scope: str
    """Public id of the token that sent it."""
    device: str
    action: str | None
    status: Literal[
        "accepted",
        "delivered",
        "applied",
        "confirmed",
        "rejected",
        "expired",
        "superseded",
        "failed",
    ]
    is_final: bool
    reason: str
    """Why it ended, when the status does not say it all; why it waits."""
    items: list[ReceiptItem]
    results: dict[str, bool | int | float | str | None]
    history: list[ReceiptMoment]
    created_at: str
    expires_at: str
    by: ByShown | None
    """Who asked; null where nobody can say."""
    expected_at: NotRequired[str]
    """While it waits for a sleeper: when that wakes."""
    execute_at: NotRequired[str]
    """When it is to begin."""


class ReceiptItem(TypedDict):
    """The fate of one property of a set."""

    address: str
    status: Literal[
        "accepted",
        "delivered",
        "applied",
        "confirmed",
        "rejected",
        "expired",
        "superseded",
        "failed",
    ]
    error: NotRequired[str]
    """Rule id, or a code of the product."""
    message: NotRequired[str]


class ReceiptList(TypedDict):
    """Commands of one device, the latest first."""

    commands: list[Receipt]


class ReceiptMoment(TypedDict):
    """One step of a receipt."""

    status: Literal[
        "accepted",
        "delivered",
        "applied",
        "confirmed",
        "rejected",
        "expired",
        "superseded",
        "failed",
    ]
    at: str
    reason: NotRequired[str]


class ReceiptNow(TypedDict):
    """How far a command has come."""

    type: Literal["receipt"]
    seq: int
    receipt: Receipt


class RefreshTokens(TypedDict):
    """Get new tokens for a refresh token, which is worthless then."""

    refresh: str
    id: NotRequired[str | None]
    """Your own id of this request: should its answer get lost, the same request again gets the
    same answer for two minutes. Without it a token that comes twice ends the session.
    """


class RefusedMessage(TypedDict):
    """The beginning of a message that broke a rule, without what may be a secret."""

    at: str
    leaf: Literal[
        "announce",
        "presence",
        "state",
        "event",
        "ack",
        "spec",
        "command",
        "verdict",
        "update",
        "birth",
    ]
    rule: str
    path: str
    size: int
    text: str


class RegistryShown(TypedDict):
    """The registry, as it was read last."""

    name: str
    date: str
    """Of its last change (UTC)."""
    lines: int


class Rehearsal(TypedDict):
    """What an automation would have done; the oldest run first, 200 at most."""

    runs: list[RunShown]
    more: bool
    problem: FlawShown | None
    """Why it would have been switched off at the end."""
    unknown: list[UnknownShown]


class Removed(TypedDict):
    """A device has left the home."""

    type: Literal["removed"]
    seq: int
    device: str


class ResumeFrom(TypedDict):
    """Where the phone stopped: the stream's id from the snapshot, and the last `seq` it took."""

    stream: str
    seq: int


class Resumed(TypedDict):
    """The changes after `seq` follow."""

    type: Literal["resumed"]
    seq: int


Right: TypeAlias = 'Literal["open", "see", "control", "arrange", "admit", "people", "hub"]'

Role: TypeAlias = 'Literal["owner", "member", "guest"]'


class RoomList(TypedDict):
    """All rooms, in the order in which they were made."""

    rooms: list[RoomShown]


class RoomNow(TypedDict):
    """A room is new or changed."""

    type: Literal["room"]
    seq: int
    room: RoomShown


class RoomShown(TypedDict):
    """A room; its devices are those whose `room` it is."""

    id: str
    name: str
    icon: str
    floor: str | None


class RuleEntry(TypedDict):
    """One numbered sentence of the protocol."""

    id: str
    text: str
    keyword: str
    party: list[str]
    level: int
    since: str
    why: str
    fix: str
    refs: list[str]


class RuleList(TypedDict):
    """The requirement catalogue."""

    rules: list[RuleEntry]


class RunAction(TypedDict):
    """Run an action of a device."""

    id: NotRequired[str | None]
    """Your own id: the same id and body again give the same receipt."""
    wait_s: NotRequired[float]
    """How long to wait for the receipt to end."""
    expires_in_s: NotRequired[float | None]
    """How long the command may wait for delivery; if left out, 10 s, and for a device that sleeps
    twice its interval and 10 s.
    """
    arguments: NotRequired[Mapping[str, bool | int | float | str]]


class RunList(TypedDict):
    """The last runs of an automation, the latest first."""

    runs: list[RunShown]


class RunShown(TypedDict):
    """What an automation did one time, and why."""

    id: str
    automation: str
    at: str
    trigger: FiredShown
    conditions: list[SeenShown]
    actions: list[DoneShown]
    ended_at: str | None
    end: (
        Literal[
            "done",
            "conditions",
            "restarted",
            "changed",
            "off",
            "late",
            "missed",
            "loop",
            "too-many",
            "author",
        ]
        | None
    )
    """Null while it waits."""
    detail: str
    """More about how it ended."""
    late_s: float
    """How late it was carried out, seconds."""
    ignored: int
    """Triggers that fired meanwhile and did nothing."""


class SceneList(TypedDict):
    """All scenes, in the order in which they were made."""

    scenes: list[SceneShown]


class SceneNow(TypedDict):
    """A scene is new or changed."""

    type: Literal["scene"]
    seq: int
    scene: SceneShown


class SceneShown(TypedDict):
    """A scene, and whom it concerns."""

    id: str
    name: str
    icon: str
    room: str | None
    devices: list[str]


class SceneView(TypedDict):
    """A scene with all it does."""

    id: str
    name: str
    icon: str
    room: str | None
    devices: list[str]
    steps: list[StepShown]
    missing: list[str]
    """Devices that have left the home."""


class SeenShown(TypedDict):
    """A condition, and what was seen."""

    path: str
    """Such as `0`, or `2.of.1` for one within another."""
    holds: bool
    value: bool | int | float | str | None
    """Null where it is not known."""


class SendInvite(TypedDict):
    """Let one phone come by a code that you pass on: a new guest, if nothing else is said."""

    role: NotRequired[Role | None]
    """What whoever comes will be."""
    person: NotRequired[str | None]
    """Somebody who is here already, with another phone."""
    name: NotRequired[str | None]
    """What somebody new is called."""
    grants: NotRequired[Sequence[GrantBody]]
    expires_in_s: NotRequired[float]


class ServedShown(TypedDict):
    """The certificate that the hub shows."""

    names: list[str]
    """Names and addresses that it is for."""
    left_out: list[str]
    """Own names for which the authority may not speak."""
    expires_at: str


class SessionList(TypedDict):
    """Sessions, the oldest first."""

    sessions: list[SessionShown]


class SessionShown(TypedDict):
    """A phone or program of a person."""

    id: str
    person: str
    device: str
    created_at: str
    seen_at: str
    """When it last asked for something, or was on the stream."""
    is_mine: bool
    """Whether it is the one that asks."""


class Set(TypedDict):
    """Set properties, all of them or none; the answer comes when that is durable."""

    device: str
    ref: NotRequired[str | int | None]
    id: NotRequired[str | None]
    expires_in_s: NotRequired[float | None]
    type: Literal["set"]
    properties: Mapping[str, bool | int | float | str]


class SetGroup(TypedDict):
    """Set properties of all members of a group."""

    id: NotRequired[str | None]
    """Your own id: the same id and body again give the same receipts."""
    wait_s: NotRequired[float]
    """How long to wait for all receipts to end."""
    all_or_nothing: NotRequired[bool]
    """Send nothing unless each command can be carried out."""
    properties: Mapping[str, bool | int | float | str]
    expires_in_s: NotRequired[float | None]


class SetProperties(TypedDict):
    """Set properties of a device, all of them or none."""

    id: NotRequired[str | None]
    """Your own id: the same id and body again give the same receipt."""
    wait_s: NotRequired[float]
    """How long to wait for the receipt to end."""
    expires_in_s: NotRequired[float | None]
    """How long the command may wait for delivery; if left out, 10 s, and for a device that sleeps
    twice its interval and 10 s.
    """
    properties: Mapping[str, bool | int | float | str]


class SleepState(TypedDict):
    """How a device sleeps that does."""

    interval_s: int
    """It wakes at least so often."""
    next_wake_at: str | None
    """At the latest; null while it is awake or lost."""


class Snapshot(TypedDict):
    """All that is told of the home after change `seq`; it replaces all that the phone knew."""

    type: Literal["snapshot"]
    seq: int
    stream: str
    """To resume; another for each filter."""
    devices: list[DeviceSummary]
    floors: list[FloorShown]
    rooms: list[RoomShown]
    groups: list[GroupShown]
    scenes: list[SceneShown]
    automations: list[AutomationShown]


class SpecAction(TypedDict):
    """Something that a device does once when told."""

    name: str
    title: dict[str, str]
    """Text by language, `en` always."""
    arguments: NotRequired[list[SpecValue]]
    results: NotRequired[list[SpecValue]]
    ui: NotRequired[SpecUi]


class SpecChoice(TypedDict):
    """One value of an enumeration."""

    value: int
    name: str
    title: dict[str, str]
    """Text by language, `en` always."""


class SpecEvent(TypedDict):
    """Something that happens on a device and is not a state."""

    name: str
    title: dict[str, str]
    """Text by language, `en` always."""
    arguments: NotRequired[list[SpecValue]]
    severity: NotRequired[Literal["info", "warning", "alarm"]]


class SpecProperty(TypedDict):
    """A value that a device holds; its address is the name of its service, a dot, its own name."""

    name: str
    title: dict[str, str]
    """Text by language, `en` always."""
    format: Literal[
        "bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float", "string"
    ]
    range: NotRequired[list[float] | None]
    """Least, most, step; step 0 is any."""
    enum: NotRequired[list[SpecChoice] | None]
    max_length: NotRequired[int | None]
    """Of a text, in characters."""
    unit: NotRequired[str | None]
    access: list[Literal["read", "write", "notify"]]
    """`write`: it can be set."""
    privacy: NotRequired[Literal["none", "personal", "health"]]
    max_age_s: NotRequired[float | None]
    """Older than that, it is stale."""
    ui: NotRequired[SpecUi]


class SpecService(TypedDict):
    """Properties, actions and events that belong together; its name leads their addresses."""

    name: str
    title: dict[str, str]
    """Text by language, `en` always."""
    properties: NotRequired[list[SpecProperty]]
    actions: NotRequired[list[SpecAction]]
    events: NotRequired[list[SpecEvent]]


class SpecUi(TypedDict):
    """How an app may show it."""

    icon: NotRequired[str | None]
    rank: NotRequired[int]
    """Lower comes first; 500 if left out."""
    is_primary: NotRequired[bool]
    """The one control that stands for the whole device."""


class SpecValue(TypedDict):
    """An argument or a result: which values there are."""

    name: str
    title: dict[str, str]
    """Text by language, `en` always."""
    format: Literal[
        "bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64", "float", "string"
    ]
    range: NotRequired[list[float] | None]
    """Least, most, step; step 0 is any."""
    enum: NotRequired[list[SpecChoice] | None]
    max_length: NotRequired[int | None]
    """Of a text, in characters."""
    unit: NotRequired[str | None]


class StepShown(TypedDict):
    """What one device is to do."""

    device: str
    properties: NotRequired[dict[str, bool | int | float | str | None]]
    action: NotRequired[str]
    arguments: NotRequired[dict[str, bool | int | float | str | None]]
    hidden: NotRequired[list[str]]
    """Addresses whose value is not shown to anybody."""


class TellPlace(TypedDict):
    """Tell where on earth the home is."""

    latitude: float
    """Degrees, north above zero."""
    longitude: float
    """Degrees, east above zero."""


class ThroughShown(TypedDict):
    """What somebody used to ask for something."""

    type: Literal["scene", "undo", "group", "plan", "automation"]
    id: str
    """Empty for a plan."""
    name: str
    """As it was called then; empty for a plan."""


class Together(TypedDict):
    """Carry something out on several devices."""

    id: NotRequired[str | None]
    """Your own id: the same id and body again give the same receipts."""
    wait_s: NotRequired[float]
    """How long to wait for all receipts to end."""
    all_or_nothing: NotRequired[bool]
    """Send nothing unless each command can be carried out."""


class TokensGiven(TypedDict):
    """What a phone carries from now on.

    The access token goes into the header Authorization; the refresh token gets the next pair.
    """

    person: PersonShown
    session: str
    access: str
    refresh: str
    expires_s: float
    """Seconds for which the access token is good."""


class TraceList(TypedDict):
    """The last messages of a device, oldest first."""

    messages: list[TracedMessage]


class TracedMessage(TypedDict):
    """One message to or from a device, and what became of it."""

    at: str
    direction: Literal["up", "down"]
    leaf: Literal[
        "announce",
        "presence",
        "state",
        "event",
        "ack",
        "spec",
        "command",
        "verdict",
        "update",
        "birth",
    ]
    size: int
    """Bytes; how many messages, of throttled ones."""
    fate: Literal["taken", "refused", "forgiven", "judged", "throttled", "sent", "unsent"]
    rule: str | None
    """The rule that it broke."""
    payload: dict[str, object] | None
    """What was said, secrets hidden; null if unreadable."""
    text: str
    """The beginning of what cannot be read."""


class Traffic(TypedDict):
    """How a device's messages have come in since the hub started."""

    heard_at: str | None
    messages: int
    missed: int
    throttled: int
    """Messages dropped unread: far above the declared rate."""
    deaf_until: str | None
    """Until then it is not read at all, after a flood."""


_TryAutomation = TypedDict("_TryAutomation", {"from": "str"})


class TryAutomation(_TryAutomation):
    """See what an automation would have done on what is recorded; nothing is sent."""

    automation: str | MakeAutomation
    """One that is there, or one that is not made yet."""
    until: str


class TwinProperty(TypedDict):
    """A property with its ages; `desired` while a command is on its way."""

    value: bool | int | float | str | None
    at: str | None
    age_s: float | None
    is_stale: bool
    """Older than its product allows, or the device is out of reach."""
    device_time: NotRequired[str]
    cause: NotRequired[CauseShown]
    desired: NotRequired[DesiredValue]


class TwinValue(TypedDict):
    """A property as the device told it last; with its cause if a command has made it so."""

    value: bool | int | float | str | None
    at: str
    """When the hub took it in."""
    device_time: NotRequired[str]
    """When it was taken, by the device's clock."""
    cause: NotRequired[CauseShown]


class UnknownShown(TypedDict):
    """Something that history does not tell, so the rehearsal did not know it."""

    path: str
    """Of the trigger or condition."""
    code: str
    """`event`, `gap`, `coarse`, or why the history does not answer."""
    detail: str
    span_s: NotRequired[float]
    """Of a gap how much is lacking, of `coarse` how far apart values are; seconds."""


class UnusedFile(TypedDict):
    """A certificate, key or registry that cannot be used, why, and what mends it."""

    file: str
    why: str
    remedy: str


class Values(TypedDict):
    """Values of a device, to be laid over those known."""

    type: Literal["values"]
    seq: int
    device: str
    values: dict[str, TwinValue]
    cause: NotRequired[str]
    """Wire id of the command behind it."""


class ViolationNow(TypedDict):
    """A device broke a rule."""

    type: Literal["violation"]
    seq: int
    device: str
    violation: BreachNow


class WhenEvent(TypedDict):
    """A device tells an event, with at least these arguments."""

    type: Literal["event"]
    device: str
    event: str
    arguments: NotRequired[Mapping[str, bool | int | float | str]]


_WhenPresence = TypedDict(
    "_WhenPresence",
    {"is": 'Literal["online", "asleep", "unreachable", "unstable", "interviewing"]'},
)


class WhenPresence(_WhenPresence):
    """A device comes to be online, unreachable..."""

    type: Literal["presence"]
    device: str
    for_s: NotRequired[float]
    """How long it has to stay so, seconds."""


_WhenProperty = TypedDict("_WhenProperty", {"is": "NotRequired[bool | int | float | str | None]"})


class WhenProperty(_WhenProperty):
    """A property comes to be so; without `is`, `above` and `below`, whenever it changes.

    It fires when it becomes so, and not again while it stays so.
    """

    type: Literal["property"]
    device: str
    address: str
    above: NotRequired[int | float | None]
    below: NotRequired[int | float | None]
    for_s: NotRequired[float]
    """How long it has to stay so, seconds."""


class WhenSun(TypedDict):
    """The sun rises or sets where the home is."""

    type: Literal["sun"]
    at: Literal["sunrise", "sunset"]
    offset_s: NotRequired[float]
    """So much later; earlier below zero."""


class WhenTime(TypedDict):
    """A time of day, in the home's time zone.

    One that is left out when clocks go forward fires when they do; one that comes twice when they
    go back fires the first time.
    """

    type: Literal["time"]
    at: str
    days: NotRequired[Sequence[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]]


class WindowState(TypedDict):
    """Whether devices may join now."""

    is_open: bool
    closes_at: str | None
    devices_left: int
    joining: int
    """Devices that have proved themselves and are just being let in."""
    guesses_left: int
    """Wrong proofs until the window closes."""
    replaces: str | None
    attempts: list[JoinAttempt]
    """The last of each device since the window was opened, the latest last; kept when it closes."""


Said: TypeAlias = Auth | Set | CallAction | Ping
"""What a client says on the stream."""

Told: TypeAlias = (
    Hello
    | Snapshot
    | Resumed
    | Values
    | PresenceNow
    | Happened
    | ReceiptNow
    | ViolationNow
    | DeviceNow
    | Removed
    | NotificationNow
    | NotificationRemoved
    | FloorNow
    | RoomNow
    | GroupNow
    | SceneNow
    | AutomationNow
    | AutomationRunNow
    | ArrangedGone
    | ActivityNow
    | FavouritesNow
    | Coalesced
    | Accepted
    | Objected
    | Pong
)
"""What the hub says on the stream."""

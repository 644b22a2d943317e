"""A method for each operation of the API.

Written by scripts/make_client.py, not by hand.
"""

from collections.abc import Sequence
from typing import Literal, cast

from ecohub_client.exchange import Ask, part
from ecohub_client.shapes import (
    Activated,
    ActivityPage,
    AddCertificate,
    AskToJoin,
    AutomationList,
    AutomationShown,
    BrokenRules,
    CertificateList,
    CertificateShown,
    ChangeAutomation,
    ChangeDevice,
    ChangeFloor,
    ChangeGroup,
    ChangeHub,
    ChangeMe,
    ChangeNotification,
    ChangePerson,
    ChangeRoom,
    ChangeScene,
    ChangeSession,
    CommandMany,
    CommandResults,
    DeviceList,
    DeviceView,
    DiscoveryReport,
    FieldReport,
    FloorList,
    FloorShown,
    GroupList,
    GroupView,
    HealthReport,
    HistoryAnswer,
    HttpsShown,
    HubReport,
    InviteList,
    InviteLook,
    InviteSent,
    JoinChallenge,
    JoinGrant,
    JoinProof,
    LetInChild,
    LookAtInvite,
    MakeAutomation,
    MakeFloor,
    MakeGroup,
    MakeRoom,
    MakeScene,
    Me,
    MoveChild,
    NoticeList,
    NoticeShown,
    OpenPairing,
    OpenWindow,
    Pair,
    PairingOpened,
    PairingState,
    PersonList,
    PersonShown,
    ProductSpec,
    Receipt,
    ReceiptList,
    RefreshTokens,
    Rehearsal,
    RoomList,
    RoomShown,
    RuleEntry,
    RuleList,
    RunAction,
    RunList,
    RunShown,
    SceneList,
    SceneView,
    SendInvite,
    SessionList,
    SessionShown,
    SetGroup,
    SetProperties,
    TellPlace,
    Together,
    TokensGiven,
    TraceList,
    TryAutomation,
    WindowState,
)


class Operations:
    """The API of a hub; every call raises `ProblemError` or `UnreachableError`."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def show_hub(self) -> HubReport:
        """Show which hub this is, since when it runs, and what it has to do."""
        return cast("HubReport", await self._ask("GET", "/api/v1/hub"))

    async def change_hub(self, body: ChangeHub) -> HubReport:
        """Change how strictly devices are judged: those that join from now on, or all.

        It holds over restarts, before what hub.toml says.
        """
        return cast("HubReport", await self._ask("PATCH", "/api/v1/hub", body))

    async def tell_place(self, body: TellPlace) -> HubReport:
        """Tell the hub where on earth the home is, so that it knows when the sun rises and sets.

        It holds at once and over restarts, before what hub.toml says, and is told to owners
        alone.
        """
        return cast("HubReport", await self._ask("PUT", "/api/v1/hub/place", body))

    async def forget_place(self) -> None:
        """Have the hub forget where the home is, and what hub.toml says of it.

        Automations that need the sun stay, with a problem that says so, and wait.
        """
        await self._ask("DELETE", "/api/v1/hub/place")

    async def show_health(self) -> HealthReport:
        """Show whether the hub works.

        Needs no token; with one it says what is wrong with a part and what mends it.
        """
        return cast("HealthReport", await self._ask("GET", "/api/v1/health"))

    async def show_metrics(self) -> str:
        """Show what the hub counts, for Prometheus."""
        return cast("str", await self._ask("GET", "/metrics", is_text=True))

    async def list_devices(self) -> DeviceList:
        """List the devices of the home with their latest values."""
        return cast("DeviceList", await self._ask("GET", "/api/v1/devices"))

    async def show_device(self, device: str) -> DeviceView:
        """Show all that is known of a device: product spec, twin with ages, presence, broken
        rules.
        """
        return cast("DeviceView", await self._ask("GET", f"/api/v1/devices/{part(device)}"))

    async def change_device(self, device: str, body: ChangeDevice) -> DeviceView:
        """Change a device's name, room or icon, or how strictly it is judged.

        Who sees it may make it a favourite of theirs. The rest needs the right to arrange; how it
        is judged and how many children it may have, the right to admit devices.
        """
        return cast("DeviceView", await self._ask("PATCH", f"/api/v1/devices/{part(device)}", body))

    async def unjoin_device(self, device: str) -> None:
        """Unjoin a device.

        It is cut off, its credentials are worthless, and its values and commands are forgotten.
        With a gateway go its children; a child alone does not come back before its gateway may
        bring it.
        """
        await self._ask("DELETE", f"/api/v1/devices/{part(device)}")

    async def move_child(self, device: str, body: MoveChild) -> DeviceView:
        """Let a child go behind another gateway, which takes it at its next announce there.

        It keeps its name, its values and its history. The gateway that it is behind now may have
        it back: that withdraws the consent.
        """
        return cast(
            "DeviceView", await self._ask("POST", f"/api/v1/devices/{part(device)}/move", body)
        )

    async def let_in_child(self, device: str, body: LetInChild) -> DeviceView:
        """Let a gateway bring a child again that was sent away; its next announce is taken."""
        return cast(
            "DeviceView", await self._ask("POST", f"/api/v1/devices/{part(device)}/children", body)
        )

    async def set_properties(self, device: str, body: SetProperties) -> Receipt:
        """Set properties of a device, all of them or none.

        The receipt says how far that has come. It is durable as soon as it is answered; the same
        id with the same body gives the same receipt, with another body 409.
        """
        return cast(
            "Receipt", await self._ask("PATCH", f"/api/v1/devices/{part(device)}/properties", body)
        )

    async def run_action(self, device: str, action: str, body: RunAction) -> Receipt:
        """Run an action of a device.

        It runs at most once: when it cannot be known whether it ran, the receipt ends failed,
        with the reason outcome_unknown.
        """
        return cast(
            "Receipt",
            await self._ask("POST", f"/api/v1/devices/{part(device)}/actions/{part(action)}", body),
        )

    async def list_commands(self, device: str) -> ReceiptList:
        """List the latest 200 commands of a device, the latest first.

        Commands are kept for 24 hours after they have ended, 20,000 of all devices at most. A
        guest is told of those that were sent during the visit.
        """
        return cast(
            "ReceiptList", await self._ask("GET", f"/api/v1/devices/{part(device)}/commands")
        )

    async def show_spec(self, device: str) -> ProductSpec:
        """Show the product spec of a device as its vendor wrote it."""
        return cast("ProductSpec", await self._ask("GET", f"/api/v1/devices/{part(device)}/spec"))

    async def list_violations(self, device: str) -> BrokenRules:
        """List the rules that a device broke, with the place, the count and the fix."""
        return cast(
            "BrokenRules", await self._ask("GET", f"/api/v1/devices/{part(device)}/violations")
        )

    async def list_floors(self) -> FloorList:
        """List the floors of the home."""
        return cast("FloorList", await self._ask("GET", "/api/v1/floors"))

    async def make_floor(self, body: MakeFloor) -> FloorShown:
        """Make a floor; 16 at most, no two of one name."""
        return cast("FloorShown", await self._ask("POST", "/api/v1/floors", body))

    async def show_floor(self, floor: str) -> FloorShown:
        """Show a floor."""
        return cast("FloorShown", await self._ask("GET", f"/api/v1/floors/{part(floor)}"))

    async def change_floor(self, floor: str, body: ChangeFloor) -> FloorShown:
        """Change a floor's name or level."""
        return cast("FloorShown", await self._ask("PATCH", f"/api/v1/floors/{part(floor)}", body))

    async def drop_floor(self, floor: str) -> None:
        """Remove a floor on which no room is."""
        await self._ask("DELETE", f"/api/v1/floors/{part(floor)}")

    async def list_rooms(self) -> RoomList:
        """List the rooms of the home; each device says in which it is."""
        return cast("RoomList", await self._ask("GET", "/api/v1/rooms"))

    async def make_room(self, body: MakeRoom) -> RoomShown:
        """Make a room; 128 at most, no two of one name. PATCH of a device puts it there."""
        return cast("RoomShown", await self._ask("POST", "/api/v1/rooms", body))

    async def show_room(self, room: str) -> RoomShown:
        """Show a room."""
        return cast("RoomShown", await self._ask("GET", f"/api/v1/rooms/{part(room)}"))

    async def change_room(self, room: str, body: ChangeRoom) -> RoomShown:
        """Change a room's name, icon or floor."""
        return cast("RoomShown", await self._ask("PATCH", f"/api/v1/rooms/{part(room)}", body))

    async def drop_room(self, room: str) -> None:
        """Remove a room in which no device, group or scene is."""
        await self._ask("DELETE", f"/api/v1/rooms/{part(room)}")

    async def list_groups(self) -> GroupList:
        """List the groups of the home, each as its members make it now."""
        return cast("GroupList", await self._ask("GET", "/api/v1/groups"))

    async def make_group(self, body: MakeGroup) -> GroupView:
        """Make a group; 128 at most, no two of one name, 64 members in each.

        Its members share at least one property that can be set; one whose product spec is not
        here yet is believed.
        """
        return cast("GroupView", await self._ask("POST", "/api/v1/groups", body))

    async def show_group(self, group: str) -> GroupView:
        """Show how a group is: on, off or mixed, the values its members share, and who lags.

        A member lags that was told something, by the group or alone, and does not show it.
        """
        return cast("GroupView", await self._ask("GET", f"/api/v1/groups/{part(group)}"))

    async def change_group(self, group: str, body: ChangeGroup) -> GroupView:
        """Change a group's name, icon, room or members."""
        return cast("GroupView", await self._ask("PATCH", f"/api/v1/groups/{part(group)}", body))

    async def drop_group(self, group: str) -> None:
        """Remove a group; its members stay."""
        await self._ask("DELETE", f"/api/v1/groups/{part(group)}")

    async def set_group(self, group: str, body: SetGroup) -> CommandResults:
        """Set properties of all members, with a receipt or a problem for each."""
        return cast(
            "CommandResults",
            await self._ask("PATCH", f"/api/v1/groups/{part(group)}/properties", body),
        )

    async def list_scenes(self) -> SceneList:
        """List the scenes of the home."""
        return cast("SceneList", await self._ask("GET", "/api/v1/scenes"))

    async def make_scene(self, body: MakeScene) -> SceneView:
        """Make a scene of steps, or of what devices show now: all of them that can be set.

        256 at most, no two of one name, 128 steps and 64 KiB of values in each. Steps are checked
        against the product specs of their devices.
        """
        return cast("SceneView", await self._ask("POST", "/api/v1/scenes", body))

    async def show_scene(self, scene: str) -> SceneView:
        """Show what a scene does, and which of its devices have left the home.

        Values that cannot be read, arguments of actions, and values of devices that are gone are
        not shown: a scene may hold a password.
        """
        return cast("SceneView", await self._ask("GET", f"/api/v1/scenes/{part(scene)}"))

    async def change_scene(self, scene: str, body: ChangeScene) -> SceneView:
        """Change a scene's name, icon, room or steps; `capture` takes the steps anew.

        A step as it was shown can be sent back: the values that `hidden` names stay as they are.
        """
        return cast("SceneView", await self._ask("PATCH", f"/api/v1/scenes/{part(scene)}", body))

    async def drop_scene(self, scene: str) -> None:
        """Remove a scene; nothing is switched."""
        await self._ask("DELETE", f"/api/v1/scenes/{part(scene)}")

    async def activate_scene(self, scene: str, body: Together) -> Activated:
        """Activate a scene: all its commands go out in one turn, with a receipt or a problem for each.

        `undo` names the way back to what its devices showed before; the last 32 are kept. A step
        whose device has left is answered with a problem, and the others are carried out.
        """
        return cast(
            "Activated", await self._ask("POST", f"/api/v1/scenes/{part(scene)}/activate", body)
        )

    async def undo_scene(self, undo: str, body: Together) -> Activated:
        """Bring the devices of a scene back to what they showed before it was activated.

        It is answered with an undo of its own, so that it can be undone too.
        """
        return cast("Activated", await self._ask("POST", f"/api/v1/undo/{part(undo)}", body))

    async def list_automations(self) -> AutomationList:
        """List the automations of the home.

        One that looks at what tells of a body is seen by its wearer alone; a guest sees those of
        which each device is theirs.
        """
        return cast("AutomationList", await self._ask("GET", "/api/v1/automations"))

    async def make_automation(self, body: MakeAutomation) -> AutomationShown:
        """Make an automation; 128 at most, no two of one name.

        All that it names is checked against the product specs: a problem says where it is wrong,
        and what to send instead. It may do what its author may do, at the time at which it does
        it.
        """
        return cast("AutomationShown", await self._ask("POST", "/api/v1/automations", body))

    async def show_automation(self, automation: str) -> AutomationShown:
        """Show an automation: what it does, when it runs next, how it last ran, what is wrong with it.

        Values that cannot be read, and texts among arguments, are not shown: one may be a
        password.
        """
        return cast(
            "AutomationShown", await self._ask("GET", f"/api/v1/automations/{part(automation)}")
        )

    async def change_automation(self, automation: str, body: ChangeAutomation) -> AutomationShown:
        """Change an automation, or switch it on or off; a run that waits ends.

        Who changes what it does becomes its author.
        """
        return cast(
            "AutomationShown",
            await self._ask("PATCH", f"/api/v1/automations/{part(automation)}", body),
        )

    async def drop_automation(self, automation: str) -> None:
        """Remove an automation; a run that waits ends, and what it did stays done."""
        await self._ask("DELETE", f"/api/v1/automations/{part(automation)}")

    async def try_automation(self, body: TryAutomation) -> Rehearsal:
        """See when an automation would have run on what is recorded, and what it would have sent.

        Nothing is sent. `unknown` tells what history does not: events, what is not recorded, and
        times at which the hub was down. What the automation's own commands would have changed is
        not known either.
        """
        return cast("Rehearsal", await self._ask("POST", "/api/v1/automations/try", body))

    async def run_automation(self, automation: str) -> RunShown:
        """Run an automation now, whatever its conditions are, and even if it is switched off.

        It does what its author may do, and whoever runs it has to be allowed to do that, too. A
        run that waits goes on later; GET /automations/{id}/runs tells how it ended.
        """
        return cast(
            "RunShown", await self._ask("POST", f"/api/v1/automations/{part(automation)}/run")
        )

    async def list_runs(self, automation: str) -> RunList:
        """List the last 20 runs of an automation, the latest first: why it ran, or did not.

        Of runs whose conditions did not hold only the last of a row is kept, and none over a
        restart.
        """
        return cast(
            "RunList", await self._ask("GET", f"/api/v1/automations/{part(automation)}/runs")
        )

    async def show_history(
        self,
        device: str,
        *,
        address: Sequence[str] | None = None,
        from_: str | None = None,
        to: str | None = None,
        points: int | None = None,
    ) -> HistoryAnswer:
        """Show what a device told over time.

        A value holds until the next one or until a gap. Where there would be more points than
        asked for, each stands for a stretch of time, with least, mean and greatest value. As CSV
        every recorded value is told, however many. A guest is told of the visit: an earlier
        `from` is moved to where it began.
        """
        return cast(
            "HistoryAnswer",
            await self._ask(
                "GET",
                f"/api/v1/devices/{part(device)}/history",
                query={"address": address, "from": from_, "to": to, "points": points},
            ),
        )

    async def release_device(self, device: str) -> DeviceView:
        """Let a device out of quarantine.

        It is heard and commanded again, and its breaks of rules count from none; one that is not
        in quarantine stays as it is.
        """
        return cast(
            "DeviceView", await self._ask("POST", f"/api/v1/devices/{part(device)}/release")
        )

    async def export_violations(self, device: str) -> FieldReport:
        """Show the rules that a device broke as its maker may know them.

        No name, id or serial number; samples and details only of properties that are declared,
        can be read and are not private.
        """
        return cast(
            "FieldReport",
            await self._ask("GET", f"/api/v1/devices/{part(device)}/violations/export"),
        )

    async def show_trace(self, device: str) -> TraceList:
        """Show the last 200 messages to and from a device, oldest first, with what became of them.

        Of 655 devices and more each has fewer. Values that cannot be read by anybody, and
        arguments of actions, are not shown; nor are the contents of messages of what somebody
        else wears.
        """
        return cast("TraceList", await self._ask("GET", f"/api/v1/devices/{part(device)}/trace"))

    async def list_notifications(self) -> NoticeList:
        """List what people are to be told of, the latest first.

        A device that comes into quarantine or out of it, a flood, alarms of devices, batteries
        and consumables that run out, devices of which nothing is heard, certificates: 200 at
        most, kept over restarts; an alarm that a device repeats is told once a minute. `is_read`
        is yours alone.
        """
        return cast("NoticeList", await self._ask("GET", "/api/v1/notifications"))

    async def change_notifications(self, body: ChangeNotification) -> NoticeList:
        """Mark all notifications as read, or as not read, for yourself."""
        return cast("NoticeList", await self._ask("PATCH", "/api/v1/notifications", body))

    async def drop_notifications(self) -> None:
        """Forget all notifications that you see, for all."""
        await self._ask("DELETE", "/api/v1/notifications")

    async def change_notification(self, notification: str, body: ChangeNotification) -> NoticeShown:
        """Mark a notification as read, or as not read, for yourself."""
        return cast(
            "NoticeShown",
            await self._ask("PATCH", f"/api/v1/notifications/{part(notification)}", body),
        )

    async def drop_notification(self, notification: str) -> None:
        """Forget a notification, for all."""
        await self._ask("DELETE", f"/api/v1/notifications/{part(notification)}")

    async def list_activity(
        self,
        *,
        device: str | None = None,
        person: str | None = None,
        kind: Sequence[
            Literal[
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
        ]
        | None = None,
        before: int | None = None,
        limit: int | None = None,
    ) -> ActivityPage:
        """List what has happened, and who wanted it, the latest first.

        Changes that a command has made, commands that changed nothing or failed, warnings of
        devices, devices lost and found, runs of automations: of all that you see. Who let whom or
        what in is told to those who may do so themselves, and guests are told of nothing that was
        before their visit. 10,000 entries of activity are kept for 30 days, 2,000 of audit for a
        year. An entry of a page is told in no other, while new ones come.
        """
        return cast(
            "ActivityPage",
            await self._ask(
                "GET",
                "/api/v1/activity",
                query={
                    "device": device,
                    "person": person,
                    "kind": kind,
                    "before": before,
                    "limit": limit,
                },
            ),
        )

    async def list_certificates(self) -> CertificateList:
        """List the certificates of the hub's folder with what each is worth today.

        Files that cannot be used are listed with the reason, and the registry as it was read
        last.
        """
        return cast("CertificateList", await self._ask("GET", "/api/v1/certificates"))

    async def add_certificate(self, body: AddCertificate) -> CertificateShown:
        """Put a certificate into the hub's folder; one that is there already stays.

        One that nobody trusts is taken, too, and shown so: the key may come later.
        """
        return cast("CertificateShown", await self._ask("POST", "/api/v1/certificates", body))

    async def remove_certificate(self, certificate: str) -> None:
        """Take a certificate out of the hub's folder; devices that are here stay."""
        await self._ask("DELETE", f"/api/v1/certificates/{part(certificate)}")

    async def command_many(self, body: CommandMany) -> CommandResults:
        """Command up to 64 devices in one turn, now or at a time of day, with a result for each.

        A command that cannot be carried out is answered with its problem and does not hinder the
        others; with `all_or_nothing` all are checked before any is sent, and 409 says what is
        wrong with which. Devices may still refuse what the hub has checked. Guests cannot plan:
        their grants may be over by then.
        """
        return cast("CommandResults", await self._ask("POST", "/api/v1/commands", body))

    async def show_command(self, command: str) -> Receipt:
        """Show how far a command has come.

        Only commands of the same token are found: each has its own ids.
        """
        return cast("Receipt", await self._ask("GET", f"/api/v1/commands/{part(command)}"))

    async def cancel_command(self, command: str) -> Receipt:
        """Cancel a command whose `execute_at` is still to come."""
        return cast("Receipt", await self._ask("DELETE", f"/api/v1/commands/{part(command)}"))

    async def show_discovery(self) -> DiscoveryReport:
        """Show which devices and hubs mDNS tells of, when the hub asked, and who answered where."""
        return cast("DiscoveryReport", await self._ask("GET", "/api/v1/discovery"))

    async def show_window(self) -> WindowState:
        """Show whether devices may join now."""
        return cast("WindowState", await self._ask("GET", "/api/v1/join/window"))

    async def open_window(self, body: OpenWindow) -> WindowState:
        """Let devices join for a while that know the setup code; a window open before is closed."""
        return cast("WindowState", await self._ask("POST", "/api/v1/join/window", body))

    async def close_window(self) -> WindowState:
        """Let nobody join any more."""
        return cast("WindowState", await self._ask("DELETE", "/api/v1/join/window"))

    async def join(self, body: AskToJoin | JoinProof) -> JoinChallenge | JoinGrant:
        """Join the home, as a device: in two calls, while the window is open.

        The first call gets a challenge; the second one proves that the device knows the setup
        code, and gets the hub's own proof and credentials for the broker. Five wrong proofs in
        all close the window.
        """
        return cast("JoinChallenge | JoinGrant", await self._ask("POST", "/api/v1/join", body))

    async def show_https(self) -> HttpsShown:
        """Show how the hub is reached by https, and the authority that a phone has to trust for it.

        Needs no token: an authority is no secret. Its fingerprint is to be compared with what
        `ecohub pair` shows.
        """
        return cast("HttpsShown", await self._ask("GET", "/api/v1/https"))

    async def renew_authority(self) -> HttpsShown:
        """Make a new authority, such as after its key got into wrong hands.

        Phones trust the hub again once the new one is installed on each of them.
        """
        return cast("HttpsShown", await self._ask("POST", "/api/v1/https/authority/renew"))

    async def pair(self, body: Pair) -> TokensGiven:
        """Bring a phone to the home, with the code of the pairing window or of an invite.

        A code is good once. Five wrong ones close the window.
        """
        return cast("TokensGiven", await self._ask("POST", "/api/v1/pair", body))

    async def refresh_tokens(self, body: RefreshTokens) -> TokensGiven:
        """Get new tokens for a refresh token, which is worthless from then on.

        One that comes a second time was stolen, or its answer got lost. Which of the two is told
        by `id`: without the same one as before, the session ends.
        """
        return cast("TokensGiven", await self._ask("POST", "/api/v1/sessions/refresh", body))

    async def show_pairing(self) -> PairingState:
        """Show whether a phone may come now, and who came through the window last."""
        return cast("PairingState", await self._ask("GET", "/api/v1/pair/window"))

    async def open_pairing(self, body: OpenPairing) -> PairingOpened:
        """Let one phone come for a while; a window that is open already makes way."""
        return cast("PairingOpened", await self._ask("POST", "/api/v1/pair/window", body))

    async def close_pairing(self) -> PairingState:
        """Let no phone come through the window any more; invites stay good."""
        return cast("PairingState", await self._ask("DELETE", "/api/v1/pair/window"))

    async def list_invites(self) -> InviteList:
        """List the invites that are out; an invite is gone once somebody has come by it."""
        return cast("InviteList", await self._ask("GET", "/api/v1/invites"))

    async def send_invite(self, body: SendInvite) -> InviteSent:
        """Let one phone come by a code or a link that you pass on.

        The code is shown this once; it is good once, until it expires or is taken back.
        """
        return cast("InviteSent", await self._ask("POST", "/api/v1/invites", body))

    async def look_at_invite(self, body: LookAtInvite) -> InviteLook:
        """Tell what an invite is for, before anybody comes by it. Codes of the window tell
        nothing.
        """
        return cast("InviteLook", await self._ask("POST", "/api/v1/pair/look", body))

    async def take_back_invite(self, invite: str) -> None:
        """Take an invite back."""
        await self._ask("DELETE", f"/api/v1/invites/{part(invite)}")

    async def show_me(self) -> Me:
        """Show who you are to this home, and what you may."""
        return cast("Me", await self._ask("GET", "/api/v1/me"))

    async def change_me(self, body: ChangeMe) -> PersonShown:
        """Change what you are called, which nobody else of the home may be.

        A token of the hub's own machine is nobody.
        """
        return cast("PersonShown", await self._ask("PATCH", "/api/v1/me", body))

    async def list_people(self) -> PersonList:
        """List people: all of them, for a guest none but the guest.

        Grants and wearables are shown to owners, and your own to you.
        """
        return cast("PersonList", await self._ask("GET", "/api/v1/people"))

    async def show_person(self, person: str) -> PersonShown:
        """Show a person."""
        return cast("PersonShown", await self._ask("GET", f"/api/v1/people/{part(person)}"))

    async def change_person(self, person: str, body: ChangePerson) -> PersonShown:
        """Change name, role, grants or wearables of a person; their phones see it at once."""
        return cast("PersonShown", await self._ask("PATCH", f"/api/v1/people/{part(person)}", body))

    async def remove_person(self, person: str) -> None:
        """Remove a person; all their phones are cut off. The last owner stays."""
        await self._ask("DELETE", f"/api/v1/people/{part(person)}")

    async def list_sessions(self) -> SessionList:
        """List the phones and programs that are paired: your own, for owners those of all."""
        return cast("SessionList", await self._ask("GET", "/api/v1/sessions"))

    async def change_session(self, session: str, body: ChangeSession) -> SessionShown:
        """Change what a phone is called: your own, for owners any."""
        return cast(
            "SessionShown", await self._ask("PATCH", f"/api/v1/sessions/{part(session)}", body)
        )

    async def end_session(self, session: str) -> None:
        """End a session: your own, for owners any. Its phone is cut off within a second."""
        await self._ask("DELETE", f"/api/v1/sessions/{part(session)}")

    async def list_rules(self) -> RuleList:
        """List the numbered rules of the protocol, each with the fix for who broke it."""
        return cast("RuleList", await self._ask("GET", "/api/v1/rules"))

    async def show_rule(self, rule: str) -> RuleEntry:
        """Show one rule of the protocol; problems name it in `type`."""
        return cast("RuleEntry", await self._ask("GET", f"/api/v1/rules/{part(rule)}"))

    async def show_openapi(self) -> dict[str, object]:
        """Show this document: OpenAPI 3.1, made from the models that check the requests."""
        return cast("dict[str, object]", await self._ask("GET", "/api/v1/openapi.json"))

    async def show_asyncapi(self) -> dict[str, object]:
        """Show the AsyncAPI 3 document: the stream of the phones, and the messages of devices."""
        return cast("dict[str, object]", await self._ask("GET", "/api/v1/asyncapi.json"))

    async def show_docs(self) -> str:
        """Show a page to browse and try this API.

        It tells nothing of this home: it asks for a token before it loads the document.
        """
        return cast("str", await self._ask("GET", "/api/v1/docs", is_text=True))

    async def show_docs_file(self, file: str) -> str:
        """Show a file that the page loads."""
        return cast("str", await self._ask("GET", f"/api/v1/docs/{part(file)}", is_text=True))

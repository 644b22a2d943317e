"""What can be allowed: the right that each operation of the API states."""

from enum import StrEnum


class Right(StrEnum):
    """What somebody may do; an operation states the least that lets anybody in."""

    OPEN = "open"
    """What needs no token."""

    SEE = "see"
    """Read devices, their values and their history; a guest's lists hold what is granted."""

    CONTROL = "control"
    """Set properties, run actions, activate scenes."""

    ARRANGE = "arrange"
    """Rooms, names, groups, scenes, automations, and what is done with notifications."""

    ADMIT = "admit"
    """Let devices in and out, with their gateways, and release them from quarantine."""

    PEOPLE = "people"
    """Invite people, grant, change roles, end the sessions of others."""

    HUB = "hub"
    """Settings, certificates, backups, metrics and tokens."""

"""Who asked for something, and through what: kept with a command, told with what it changes.

Whoever makes a `CommandRequest` says so in its `by`; from there it comes into the command's record,
its receipts, the twin and the activity log by itself:

* a person or a program on the API: `principal.by`;
* what sends more than was named: `principal.by.via("scene", scene.id, scene.name)`;
* an automation that has fired: `By("automation", automation.id, automation.name)`, and, where it
  activates a scene, the same with `.via("scene", ...)`; one that a person has run:
  `principal.by.via("automation", automation.id, automation.name)`;
* the hub of its own accord: `By("hub", "", "")`.

Names are those of the moment: they stay when the person, the phone or the scene has gone.
"""

from typing import Literal, NamedTuple

AskerType = Literal["person", "program", "automation", "device", "hub"]
"""Who can want something: a program is a token without a person, such as the command line's."""

ThroughType = Literal["scene", "undo", "group", "plan", "automation"]
"""What somebody may have used to ask for it."""


class Through(NamedTuple):
    """What somebody used to ask; a plan has neither id nor name."""

    type: ThroughType
    id: str = ""
    name: str = ""


class By(NamedTuple):
    """Who asked.

    Attributes:
        id: Of the person, the token, the automation or the device; empty for the hub.
        phone: What the person calls the phone that it came from; empty for none.
        through: What they used, if it was not the device itself.
    """

    type: AskerType
    id: str
    name: str
    phone: str = ""
    through: Through | None = None

    def via(self, kind: ThroughType, id_: str = "", name: str = "") -> "By":
        """Return the same asker who uses something; what was used already stays."""
        return self if self.through else self._replace(through=Through(kind, id_, name))

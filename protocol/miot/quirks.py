"""What real MIoT documents get wrong: every kind of mending and of refusal, with its sentence."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Quirk(StrEnum):
    """A kind of thing that was mended; its name stands in reports."""

    WRAPPED = "wrapped"
    FIELD_UNKNOWN = "field-unknown"
    TYPE_ODD = "type-odd"
    NO_MODEL = "no-model"
    NO_DEVICE_INFORMATION = "no-device-information"
    NOT_A_LIST = "not-a-list"
    NUMBER_AS_TEXT = "number-as-text"
    IID_SHARED = "iid-shared"
    NAME_MENDED = "name-mended"
    NAME_DOUBLED = "name-doubled"
    NAME_TAKEN = "name-taken"
    TITLE_MISSING = "title-missing"
    TITLE_CHINESE = "title-chinese"
    TITLE_CUT = "title-cut"
    TITLE_DROPPED = "title-dropped"
    ACCESS_EMPTY = "access-empty"
    ACCESS_UNKNOWN = "access-unknown"
    ACCESS_NOTIFY_ALONE = "access-notify-alone"
    ACCESS_POLLED = "access-polled"
    FORMAT_RENAMED = "format-renamed"
    FORMAT_GUESSED = "format-guessed"
    FORMAT_WIDENED = "format-widened"
    UNIT_RESPELLED = "unit-respelled"
    UNIT_UNKNOWN = "unit-unknown"
    UNIT_MISPLACED = "unit-misplaced"
    UNIT_ADDED = "unit-added"
    RANGE_UNREADABLE = "range-unreadable"
    RANGE_MISPLACED = "range-misplaced"
    RANGE_TURNED = "range-turned"
    RANGE_STEP = "range-step"
    RANGE_CUT = "range-cut"
    RANGE_ADDED = "range-added"
    RANGE_AND_LIST = "range-and-list"
    LIST_EMPTY = "list-empty"
    LIST_MISPLACED = "list-misplaced"
    LIST_VALUE = "list-value"
    LIST_LABEL_EMPTY = "list-label-empty"
    LIST_LABEL_DOUBLED = "list-label-doubled"
    LIST_LONG = "list-long"
    LENGTH_ADDED = "length-added"
    LENGTH_CUT = "length-cut"
    ARGUMENT_MISSING = "argument-missing"
    ARGUMENT_FORM = "argument-form"


QUIRKS: Final[Mapping[Quirk, str]] = MappingProxyType(
    {
        Quirk.WRAPPED: "The instance stood inside another object, as APIs send it.",
        Quirk.FIELD_UNKNOWN: "A field that the import has no use for was left out.",
        Quirk.TYPE_ODD: "A type is no whole URN; what it says was used.",
        Quirk.NO_MODEL: "The device's type names no vendor and product; the product is named after"
        " the type.",
        Quirk.NO_DEVICE_INFORMATION: "There is no device-information service; vendor, product and"
        " version come from the device's type.",
        Quirk.NOT_A_LIST: "What should be an array is none; what could be read of it was used.",
        Quirk.NUMBER_AS_TEXT: "A number stood as text.",
        Quirk.IID_SHARED: "Two services have one iid; their parts are told apart by their own.",
        Quirk.NAME_MENDED: "A type name does not fit into a name of ECO/1; it was rewritten.",
        Quirk.NAME_DOUBLED: "Two things have one name; the higher iid became a suffix.",
        Quirk.NAME_TAKEN: "A standard address means something else; the part went to `miot:`.",
        Quirk.TITLE_MISSING: "There is no description; the title comes from the type.",
        Quirk.TITLE_CHINESE: "The description is Chinese only; the English title comes from a"
        " glossary or the type.",
        Quirk.TITLE_CUT: "A description was too long, or held characters that no title may hold.",
        Quirk.TITLE_DROPPED: "Chinese titles were left out, since the product spec would be too"
        " large with them.",
        Quirk.ACCESS_EMPTY: "Nobody may read, write or hear of a property: it became the argument"
        " of the actions and events that name it.",
        Quirk.ACCESS_UNKNOWN: "An access is unknown, or stands twice; it was left out.",
        Quirk.ACCESS_NOTIFY_ALONE: "A property is told when it changes but cannot be read: `read`"
        " was added, and it is null until it is told.",
        Quirk.ACCESS_POLLED: "A standard property is told when it changes, and this one can only be"
        " asked for: `notify` was added, a driver has to poll.",
        Quirk.FORMAT_RENAMED: "A format has another name here.",
        Quirk.FORMAT_GUESSED: "There is no format; its values tell it.",
        Quirk.FORMAT_WIDENED: "The declared values do not fit into the format; a wider one was"
        " taken.",
        Quirk.UNIT_RESPELLED: "A unit is spelled in a way that the format does not know.",
        Quirk.UNIT_UNKNOWN: "A unit is not in the registry; it was left out.",
        Quirk.UNIT_MISPLACED: "Only plain numbers have a unit; it was left out.",
        Quirk.UNIT_ADDED: "A unit is missing, and the type leaves only one.",
        Quirk.RANGE_UNREADABLE: "A value range is no range; it was left out.",
        Quirk.RANGE_MISPLACED: "Only numbers have a value range; it was left out.",
        Quirk.RANGE_TURNED: "The minimum was above the maximum; they were swapped.",
        Quirk.RANGE_STEP: "A step was missing, zero, negative, or did not lead from the minimum to"
        " the maximum; the largest step that does was taken.",
        Quirk.RANGE_CUT: "A range goes beyond what numbers can hold on the wire; it was cut.",
        Quirk.RANGE_ADDED: "A number that is sent to the device has no range; all of its format is"
        " allowed.",
        Quirk.RANGE_AND_LIST: "There is a range and a list; the one that allows more was taken.",
        Quirk.LIST_EMPTY: "A value list has no values; it was left out.",
        Quirk.LIST_MISPLACED: "Only whole numbers are enumerated; the list became what fits.",
        Quirk.LIST_VALUE: "A value of a list is no whole number, or stands twice; it was left out.",
        Quirk.LIST_LABEL_EMPTY: "A value has no label; it is named after its number.",
        Quirk.LIST_LABEL_DOUBLED: "Two values have one label; the second got its number as suffix.",
        Quirk.LIST_LONG: "A value list is too long for an enumeration; it became a range.",
        Quirk.LENGTH_ADDED: "A text that is sent to the device has no longest length; one was set.",
        Quirk.LENGTH_CUT: "A longest length was set or lowered so that a full state fits into one"
        " message.",
        Quirk.ARGUMENT_MISSING: "An argument or result names a property that the service does not"
        " have; it was left out.",
        Quirk.ARGUMENT_FORM: "Arguments have another form than a list of iids.",
    }
)
"""What each kind of mending means."""


class Reason(StrEnum):
    """Why a part was refused; its name stands in reports."""

    MALFORMED = "malformed"
    NO_IID = "no-iid"
    IID_DOUBLED = "iid-doubled"
    NO_TYPE = "no-type"
    FORMAT_UNKNOWN = "format-unknown"
    UNUSED = "unused"
    ARGUMENT_UNKNOWN = "argument-unknown"
    NO_ROOM = "no-room"


REASONS: Final[Mapping[Reason, str]] = MappingProxyType(
    {
        Reason.MALFORMED: "It is not an object, so it says nothing.",
        Reason.NO_IID: "It has no iid, so a device could not be asked for it.",
        Reason.IID_DOUBLED: "Another part has its iid, so a device could not tell the two apart.",
        Reason.NO_TYPE: "It has no type, so nobody knows what it is.",
        Reason.FORMAT_UNKNOWN: "Its format is unknown and its values do not tell it.",
        Reason.UNUSED: "Nobody may read, write or hear of it, and no action or event names it.",
        Reason.ARGUMENT_UNKNOWN: "An argument names a property that the service does not have or"
        " that was refused, so nobody knows what to send.",
        Reason.NO_ROOM: "A full state of one message, or the product spec, has no room for it.",
    }
)
"""What each reason means."""

"""Errors of the store; each says what is wrong, where, and how to mend it.

* StoreError              anything the store cannot do
  - StoreFolderError      the data folder cannot be made, read or written
  - StoreLockedError      another hub works in this folder
  - StoreVersionError     written by a newer ecohub, or by another program
  - StoreFullError        no room on the disk
  - StoreDiskError        the disk failed or turned read-only
  - StoreBusyError        too many commits wait already
  - StoreClosedError      the store is closed
"""

from typing import ClassVar

from hub.sayings import Saying, say


class StoreError(Exception):
    """Something that should be kept is not kept, or cannot be read.

    Attributes:
        code: Stable name of the kind of error, for the API.
        remedy: What a person can do about it.
    """

    code: ClassVar[str] = "store-failed"

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}. {remedy}")
        self.what, self.remedy = what, remedy

    @property
    def said(self) -> Saying:
        """What health tells of it."""
        return say(self.code, what=self.what, fix=self.remedy)


class StoreFolderError(StoreError):
    """The data folder cannot be made, read or written."""

    code = "store-folder"


class StoreLockedError(StoreError):
    """Another hub works in this folder.

    Attributes:
        pid: Its process id, if it could be read.
    """

    code = "store-locked"

    def __init__(self, what: str, remedy: str, pid: int | None) -> None:
        super().__init__(what, remedy)
        self.pid = pid


class StoreVersionError(StoreError):
    """Written by a newer ecohub, or by another program."""

    code = "store-version"


class StoreFullError(StoreError):
    """No room on the disk; writing works again as soon as there is."""

    code = "store-full"


class StoreDiskError(StoreError):
    """The disk failed or turned read-only."""

    code = "store-disk"


class StoreBusyError(StoreError):
    """Too many commits wait already."""

    code = "store-busy"


class StoreClosedError(StoreError):
    """The store is closed."""

    code = "store-closed"

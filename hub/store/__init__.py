"""What outlives a restart: two SQLite databases, one thread that writes them."""

from hub.store.errors import (
    StoreBusyError,
    StoreClosedError,
    StoreDiskError,
    StoreError,
    StoreFolderError,
    StoreFullError,
    StoreLockedError,
    StoreVersionError,
)
from hub.store.records import (
    CredentialRecord,
    DropCredential,
    DropToken,
    SaveCredential,
    SaveToken,
    Stored,
    TokenRecord,
    Twins,
    Write,
)
from hub.store.store import Store

__all__ = [
    "CredentialRecord",
    "DropCredential",
    "DropToken",
    "SaveCredential",
    "SaveToken",
    "Store",
    "StoreBusyError",
    "StoreClosedError",
    "StoreDiskError",
    "StoreError",
    "StoreFolderError",
    "StoreFullError",
    "StoreLockedError",
    "StoreVersionError",
    "Stored",
    "TokenRecord",
    "Twins",
    "Write",
]

"""The root of what the hub cannot do until a person mends something.

* MendableError
  - AppError            hub.app: the hub cannot start
  - ApiStartError       hub.api.server: the API cannot be served
  - BrokerError         hub.broker: something about the broker
  - JoinError           hub.joining: a device is not let in
  - PaperFileError      hub.tls.files: a certificate's file cannot be used
  - PrivateFileError    hub.private_files: a file cannot be written

What people ask for and do not get has roots of its own: hub.core, hub.history, hub.store.
"""


class MendableError(Exception):
    """Something that a person can mend.

    Attributes:
        what: What is wrong, and where.
        remedy: What to do about it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy

"""The hub as one driver sees it: what it tells is told of its own devices and its own link."""

from hub.home import Home
from protocol.ids import DeviceId


class Reach:
    """The `Receiver` of the driver `name`.

    What every message passes is the home's own and costs nothing here.
    """

    def __init__(self, home: Home, name: str) -> None:
        self._home, self._name = home, name
        self.is_heard, self.receive, self.refuse = home.is_heard, home.receive, home.refuse

    def introduce(self, device: DeviceId, vendor: str, product: str) -> None:
        """See `Receiver.introduce`."""
        self._home.admission.introduce(device, vendor, product, self._name)

    def link_changed(self, *, is_up: bool, reason: str) -> None:
        """See `Receiver.link_changed`."""
        self._home.link_changed(driver=self._name, is_up=is_up, reason=reason)

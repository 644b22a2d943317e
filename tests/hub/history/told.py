"""What devices tell, for tests of what is made of it."""

from hub.core.events import ValuesReported
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar


def report(device: DeviceId, now_s: float, **values: Scalar) -> ValuesReported:
    """Return a report of the service `p`."""
    return ValuesReported(device, {Address(f"p.{n}"): v for n, v in values.items()}, now_s)

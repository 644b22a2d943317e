"""What devices tell, for tests of what is made of it."""

from hub.core.events import Reported, ValuesReported
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar


def report(device: DeviceId, now_s: float, **values: Scalar) -> ValuesReported:
    """Return a report of the service `p`."""
    told = {Address(f"p.{name}"): Reported(value, now_s) for name, value in values.items()}
    return ValuesReported(device, told)

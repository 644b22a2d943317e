import os
import signal

import pytest
from hypothesis import HealthCheck, settings

MOST_WORKERS = 8

for name in ("COLUMNS", "LINES"):
    os.environ.pop(name, None)  # libreadline sets them in pytest, whose workers inherit them

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So it is in the background of a shell, and all that tests start would inherit it.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")  # how long something takes says how busy the machine is


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return two workers more than there are cores: many tests wait for processes of theirs."""
    del config
    return min((os.cpu_count() or 1) + 2, MOST_WORKERS)

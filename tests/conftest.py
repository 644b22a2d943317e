import os

import pytest

MOST_WORKERS = 8


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return one worker more than there are cores: many tests wait for processes of theirs."""
    del config
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)

import pytest

from hub.people.people import People
from tests.hub.clocks import Times
from tests.hub.people.shelf import Shelf, people_of


@pytest.fixture
def times() -> Times:
    return Times()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def people(shelf: Shelf, times: Times) -> People:
    made = people_of(shelf, times.clock())
    await made.open()
    return made

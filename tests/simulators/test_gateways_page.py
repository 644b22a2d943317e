"""The page about gateways and sleepers: its code runs, and what it names is there."""

import re
from pathlib import Path

from simulators import registry
from simulators.assembly import needs_gateway
from simulators.sleeper import Sleepy
from tests.simulators.scenes import Lamp

PAGE = (Path(__file__).parents[2] / "docs" / "gateways-and-sleepers.md").read_text("utf-8")


def test_the_simulator_of_the_page_sleeps() -> None:
    (code,) = re.findall(r"```python sleepy\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, type] = {"Lamp": Lamp}
    exec(code, names)  # noqa: S102 - the page's own code is what is tested
    light = names["NightLight"]()
    assert isinstance(light, Sleepy)
    light.wake()
    assert not isinstance(Lamp(), Sleepy)


def test_the_page_names_every_product_that_sleeps_and_one_that_needs_a_gateway() -> None:
    sleepers = {name for name in registry.names() if isinstance(registry.find(name)(1), Sleepy)}
    said = PAGE.split("## Simulated: devices that sleep")[1].split("##")[0]
    assert {name for name in sleepers if f"`{name}`" in said} == sleepers
    assert needs_gateway(registry.find("band"))

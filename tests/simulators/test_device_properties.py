"""Whatever comes and whenever: a device keeps the rules that `Scene` judges every message by."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.ids import Address
from protocol.messages import (
    Ack,
    Announce,
    Event,
    Scalar,
    SetCommand,
    SpecGet,
    State,
    StateGet,
    UpMessage,
    Verdict,
)
from simulators.device import Settings
from simulators.physics import PhysicsType
from tests.simulators.choices import legal
from tests.simulators.scenes import PHYSICS, PRODUCTS, Scene, birth, introduction, kinds, of

Act = Callable[[Scene], list[UpMessage]]

FINAL = {"done", "rejected", "expired"}


def sets(physics: PhysicsType) -> st.SearchStrategy[dict[str, Scalar]]:
    compiled = PRODUCTS[physics.product].compiled
    good = st.one_of(
        *(
            st.fixed_dictionaries({str(address): legal(compiled.properties[address])})
            for address in sorted(compiled.writable)
        )
    )
    junk = st.dictionaries(
        st.sampled_from([*compiled.properties, Address("no.such")]),
        st.one_of(st.none(), st.booleans(), st.integers(-5, 2000), st.floats(-1, 1e6), st.text()),
        max_size=3,
    ).map(lambda values: {str(a): v for a, v in values.items()})
    return st.one_of(good, good, junk)


def acts(physics: PhysicsType) -> st.SearchStrategy[Act]:
    names = st.sampled_from([f"id{number}" for number in range(40)])
    ttl = st.integers(1, 20_000)
    actions = [*PRODUCTS[physics.product].compiled.actions, Address("no.such")]
    sha256 = PRODUCTS[physics.product].sha256
    messages = st.one_of(
        st.builds(SetCommand, id=names, ttl_ms=ttl, values=sets(physics)),
        st.builds(
            SpecGet, id=names, ttl_ms=ttl, sha256=st.just(sha256), offset=st.integers(0, 9_000)
        ),
        st.builds(StateGet, id=names, ttl_ms=ttl),
        st.builds(birth, st.sampled_from(["b1", "b2"]), st.sampled_from([0.0, 3.0])),
        st.builds(
            Verdict,
            rule=st.sampled_from(["ECO-ORDER-001", "ECO-STATE-001"]),
            leaf=st.just("state"),
            path=st.just("epoch"),
            sample=st.just(""),
            text=st.just(""),
            fix=st.just(""),
            count=st.just(1),
            min_epoch=st.one_of(st.none(), st.integers(1, 9)),
        ),
    )
    told = messages.map(lambda message: lambda scene: scene.tell(message))
    acted = st.tuples(st.sampled_from(actions), names, st.integers(-1, 3)).map(_acting)
    waited = st.floats(0.0, 700.0).map(lambda s: lambda scene: scene.wait(s))
    pressed = st.sampled_from(physics.buttons).map(lambda b: lambda scene: scene.press(b))
    broken = st.just(_break)
    return st.one_of(told, told, acted, waited, pressed, broken)


def _acting(call: tuple[Address, str, int]) -> Act:
    """Return an act: most are meant for the running boot, some for another one."""
    action, name, later = call
    if later > 0:
        return lambda scene: scene.act(action, {}, name)
    foreign = 1 - later
    return lambda scene: scene.act(action, {}, f"not-{name}", epoch=scene.device.epoch + foreign)


def _break(scene: Scene) -> list[UpMessage]:
    events = of(scene.heard[-3:], Event)
    scene.device.lost(events if scene.device.is_connected else [])
    return scene.connect()


@settings(max_examples=100)
@given(st.data())
def test_device_keeps_the_rules_whatever_comes(data: st.DataObject) -> None:
    physics = data.draw(st.sampled_from(PHYSICS))
    latency_s = data.draw(st.sampled_from([0.0, 0.0, 2.0]))
    setup = Settings(
        seed=data.draw(st.integers(0, 50)),
        latency_s=latency_s,
        speed=data.draw(st.sampled_from([1.0, 60.0])),
    )
    scene = Scene(PRODUCTS[physics.product], physics(setup.seed), setup)
    scene.connect()
    for act in data.draw(st.lists(acts(physics), max_size=40)):
        if scene.device.redial_s is not None:
            assert act is _break or act(scene) == []
            assert kinds(scene.connect()) == introduction()
        act(scene)
        scene.wait(0.1)
    _check_finals(scene)


def _check_finals(scene: Scene) -> None:
    """Each id has one kind of final answer per boot, and each cause belongs to a `done`."""
    finals: dict[tuple[int, str], set[str]] = {}
    epoch = 0
    for message in scene.heard:
        epoch = message.epoch if isinstance(message, Announce) else epoch
        if isinstance(message, Ack) and message.status in FINAL:
            finals.setdefault((epoch, message.id), set()).add(message.status)
        if isinstance(message, State) and message.cause is not None:
            assert "done" in finals[epoch, message.cause]
    boots = Counter(epoch for epoch, _ in finals)
    if all(count <= 32 for count in boots.values()):
        assert all(len(kinds_of) == 1 for kinds_of in finals.values())


@given(st.integers(0, 1_000), st.sampled_from(PHYSICS), st.floats(1.0, 600.0))
@settings(max_examples=30)
def test_the_same_seed_and_the_same_story_give_the_same_messages(
    seed: int, physics: PhysicsType, pause_s: float
) -> None:
    assert _story(seed, physics, pause_s) == _story(seed, physics, pause_s)


def _story(seed: int, physics: PhysicsType, pause_s: float) -> list[bytes]:
    scene = Scene(PRODUCTS[physics.product], physics(seed), Settings(seed=seed, speed=20.0))
    scene.connect()
    scene.wait(pause_s)
    scene.press(physics.buttons[0])
    scene.tell(birth("b1", spread_s=5.0))
    scene.wait(pause_s)
    return [encode(scene.device.id, message).payload for message in scene.heard]

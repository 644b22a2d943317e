import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.attempts import LIMIT
from hub.joining import (
    MOST_DEVICES,
    SESSION_S,
    SESSIONS,
    WRONG_PROOFS,
    JoinBusyError,
    JoinClosedError,
    JoinCodeError,
    Joined,
    JoinError,
    JoinProofError,
    JoinSessionError,
    JoinWindow,
)
from protocol.ids import DeviceId
from protocol.joining import JoinChallenge, JoinProof, JoinRequest, proof
from protocol.rules import rule as rule_of

CODE = "1234-5678"
HUB = "hub-0a1b2c3d"
PURIFIER = DeviceId("air-purifier-0001")
NOW_S = 1_000.0
WHY = "the broker is away"


class Device:
    """Joins as SPEC.md has it."""

    def __init__(self, device: str = PURIFIER, code: str = CODE, nonce: str = "ab" * 16) -> None:
        self.id, self.code = DeviceId(device), code
        self.request = JoinRequest(device=device, product="air-purifier", vendor="e", nonce=nonce)

    def begin(self, window: JoinWindow, number: int = 0, now_s: float = NOW_S) -> JoinChallenge:
        return window.begin(self.request, f"{number:032x}", f"session-{number:08d}", now_s)

    def proof_for(self, challenge: JoinChallenge) -> JoinProof:
        text = proof("device", self.code, self.request.nonce, challenge.nonce, self.id)
        return JoinProof(session=challenge.session, proof=text)

    def join(self, window: JoinWindow, number: int = 0, now_s: float = NOW_S) -> Joined:
        return window.finish(self.proof_for(self.begin(window, number, now_s)), now_s)


@pytest.fixture
def window() -> JoinWindow:
    window = JoinWindow(HUB)
    window.open(CODE, NOW_S)
    return window


def test_a_device_with_the_code_joins_and_the_window_closes_behind_it(window: JoinWindow) -> None:
    device = Device()
    challenge = device.begin(window)
    assert challenge.hub == HUB
    joined = window.finish(device.proof_for(challenge), NOW_S + 1.0)
    expected = proof("hub", CODE, device.request.nonce, challenge.nonce, PURIFIER)
    assert joined == Joined(PURIFIER, "air-purifier", "e", None, expected)
    assert not window.status(NOW_S + 1.0).is_open
    with pytest.raises(JoinClosedError):
        Device("air-purifier-0002").begin(window, 1, NOW_S + 1.0)


def test_a_hub_starts_with_the_window_closed() -> None:
    window = JoinWindow(HUB)
    assert not window.status(NOW_S).is_open
    with pytest.raises(JoinClosedError):
        Device().begin(window)
    with pytest.raises(JoinClosedError):
        window.finish(JoinProof(session="x" * 16, proof="0" * 64), NOW_S)


def test_the_status_counts_down(window: JoinWindow) -> None:
    window.open(CODE, NOW_S, duration_s=60.0, devices=3, replaces=PURIFIER)
    Device("air-purifier-0002").join(window)
    with pytest.raises(JoinProofError):
        Device("air-purifier-0003", code="00000000").join(window, 1)
    status = window.status(NOW_S + 20.0)
    assert (status.is_open, status.closes_in_s) == (True, 40.0)
    assert (status.devices_left, status.guesses_left) == (2, WRONG_PROOFS - 1)
    assert status.replaces is None


def test_only_the_first_device_takes_the_place_of_another(window: JoinWindow) -> None:
    window.open(CODE, NOW_S, devices=2, replaces=PURIFIER)
    assert window.status(NOW_S).replaces == PURIFIER
    assert Device("air-purifier-0002").join(window, 0).replaces == PURIFIER
    assert Device("air-purifier-0003").join(window, 1).replaces is None


def test_the_window_closes_by_itself(window: JoinWindow) -> None:
    device = Device()
    challenge = device.begin(window, now_s=NOW_S + 299.0)
    with pytest.raises(JoinClosedError):
        window.finish(device.proof_for(challenge), NOW_S + 300.0)


def test_an_attempt_has_a_deadline_of_its_own(window: JoinWindow) -> None:
    device = Device()
    challenge = device.begin(window)
    with pytest.raises(JoinSessionError):
        window.finish(device.proof_for(challenge), NOW_S + SESSION_S)
    assert device.join(window, 1, NOW_S + SESSION_S).device == PURIFIER


def test_five_wrong_proofs_in_all_close_the_window_for_everybody(window: JoinWindow) -> None:
    honest = Device()
    challenge = honest.begin(window)
    for guess in range(WRONG_PROOFS):
        stranger = Device(f"stranger-{guess:04d}", code=f"{guess:08d}")
        with pytest.raises(JoinProofError):
            stranger.join(window, 1 + guess)
    assert not window.status(NOW_S).is_open
    with pytest.raises(JoinClosedError):
        window.finish(honest.proof_for(challenge), NOW_S)


def test_a_wrong_proof_ends_its_attempt(window: JoinWindow) -> None:
    device = Device()
    challenge = device.begin(window)
    with pytest.raises(JoinProofError):
        window.finish(JoinProof(session=challenge.session, proof="0" * 64), NOW_S)
    with pytest.raises(JoinSessionError):
        window.finish(device.proof_for(challenge), NOW_S)


def test_guesses_prepared_in_parallel_are_no_more_than_five(window: JoinWindow) -> None:
    strangers = [Device(f"stranger-{n:04d}", code=f"{n:08d}") for n in range(SESSIONS)]
    challenges = [stranger.begin(window, n) for n, stranger in enumerate(strangers)]
    outcomes = []
    for stranger, challenge in zip(strangers, challenges, strict=True):
        with pytest.raises(JoinError) as caught:
            window.finish(stranger.proof_for(challenge), NOW_S)
        outcomes.append(type(caught.value))
    assert outcomes == [JoinProofError] * WRONG_PROOFS + [JoinClosedError] * (
        SESSIONS - WRONG_PROOFS
    )


def test_a_proof_for_another_role_device_or_nonce_is_wrong(window: JoinWindow) -> None:
    device = Device()
    nonce, other = device.request.nonce, "cd" * 16
    for number in range(4):
        challenge = device.begin(window, number)
        wrong = [
            proof("hub", CODE, nonce, challenge.nonce, PURIFIER),
            proof("device", CODE, nonce, challenge.nonce, DeviceId("router-00001")),
            proof("device", CODE, other, challenge.nonce, PURIFIER),
            proof("device", CODE, nonce, other, PURIFIER),
        ]
        with pytest.raises(JoinProofError):
            window.finish(JoinProof(session=challenge.session, proof=wrong[number]), NOW_S)


def test_attempts_are_bounded_and_room_comes_back_with_time(window: JoinWindow) -> None:
    for number in range(SESSIONS):
        Device().begin(window, number)
    with pytest.raises(JoinBusyError):
        Device().begin(window, SESSIONS)
    assert Device().join(window, SESSIONS, NOW_S + SESSION_S).device == PURIFIER


def test_a_device_whose_answer_was_lost_gets_it_again(window: JoinWindow) -> None:
    device = Device()
    challenge = device.begin(window)
    first = window.finish(device.proof_for(challenge), NOW_S)
    again = window.finish(device.proof_for(challenge), NOW_S + SESSION_S - 1.0)
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert again.hub_proof == first.hub_proof
    with pytest.raises(JoinClosedError):
        window.finish(device.proof_for(challenge), NOW_S + SESSION_S)


def test_a_repeat_takes_no_place_of_another_device(window: JoinWindow) -> None:
    window.open(CODE, NOW_S, devices=2)
    device = Device()
    challenge = device.begin(window)
    for _ in range(3):
        window.finish(device.proof_for(challenge), NOW_S)
    assert window.status(NOW_S).devices_left == 1


def test_a_place_that_is_given_back_is_another_devices(window: JoinWindow) -> None:
    window.open(CODE, NOW_S, replaces=DeviceId("lamp-0001"))
    Device().join(window, 1)
    assert not window.status(NOW_S).is_open
    window.give_back("session-00000001", NOW_S + 1.0, WHY, "mend it")
    status = window.status(NOW_S + 1.0)
    assert (status.is_open, status.devices_left, status.replaces) == (True, 1, "lamp-0001")
    assert Device("lamp-0002").join(window, 2).replaces == "lamp-0001"
    assert not window.status(NOW_S).is_open


def test_a_place_is_given_back_to_an_open_window_only(window: JoinWindow) -> None:
    Device().join(window, 1)
    window.give_back("session-00000001", NOW_S + 300.0, WHY, "mend it")
    assert not window.status(NOW_S + 300.0).is_open
    window.open(CODE, NOW_S)
    challenge = Device().begin(window, 2)
    window.give_back(challenge.session, NOW_S, WHY, "mend it")
    assert window.status(NOW_S).devices_left == 1
    window.open(CODE, NOW_S)
    Device().join(window, 3)
    window.close()
    window.give_back("session-00000003", NOW_S, WHY, "mend it")
    assert not window.status(NOW_S).is_open


def test_a_session_that_has_joined_is_of_no_use_to_who_only_knows_its_name(
    window: JoinWindow,
) -> None:
    device = Device()
    challenge = device.begin(window)
    window.finish(device.proof_for(challenge), NOW_S)
    with pytest.raises(JoinProofError):
        window.finish(JoinProof(session=challenge.session, proof="0" * 64), NOW_S)
    with pytest.raises(JoinClosedError):
        window.finish(device.proof_for(challenge), NOW_S)


def test_closing_and_opening_anew_forget_all_that_was_under_way(window: JoinWindow) -> None:
    device = Device()
    challenge = device.begin(window)
    window.open(CODE, NOW_S)
    with pytest.raises(JoinSessionError):
        window.finish(device.proof_for(challenge), NOW_S)
    window.close()
    assert not window.status(NOW_S).is_open


@pytest.mark.parametrize("code", ["12345678", "1234-5678", "1234 5678", "1-2-3-4-5-6-7-8"])
def test_a_code_may_be_typed_with_spaces_and_dashes(window: JoinWindow, code: str) -> None:
    window.open(code, NOW_S)
    assert Device(code="12345678").join(window).device == PURIFIER


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨"])
def test_a_code_of_another_form_opens_nothing_and_is_not_repeated(code: str) -> None:
    window = JoinWindow(HUB)
    with pytest.raises(JoinCodeError) as caught:
        window.open(code, NOW_S)
    assert caught.value.code == "ECO-JOIN-001"
    assert not code or code not in str(caught.value)
    assert not window.status(NOW_S).is_open


@pytest.mark.parametrize(
    ("duration_s", "devices"),
    [(0.0, 1), (-1.0, 1), (3_601.0, 1), (60.0, 0), (60.0, MOST_DEVICES + 1)],
)
def test_a_window_has_bounds(duration_s: float, devices: int) -> None:
    with pytest.raises(ValueError, match="a window is"):
        JoinWindow(HUB).open(CODE, NOW_S, duration_s, devices)


def test_the_code_is_in_no_repr(window: JoinWindow) -> None:
    Device().begin(window)
    shown = repr(vars(window))
    assert "12345678" not in shown
    assert CODE not in shown


def test_error_codes_are_rules_or_names_and_all_differ() -> None:
    kinds = [JoinCodeError, JoinClosedError, JoinProofError, JoinSessionError, JoinBusyError]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes)
    assert all(rule_of(code).id == code for code in codes if code.startswith("ECO-"))


class Guests(RuleBasedStateMachine):
    """Devices that come, prove, fail and repeat in any order, while time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.window, self.now_s = JoinWindow(HUB), NOW_S
        self.devices = self.joined = self.wrong = 0
        self.begun: list[tuple[Device, JoinChallenge]] = []

    @rule(devices=st.integers(1, 3))
    def open(self, devices: int) -> None:
        self.window.open(CODE, self.now_s, devices=devices)
        self.devices, self.joined, self.wrong = devices, 0, 0

    @rule()
    def close(self) -> None:
        self.window.close()

    @rule(seconds=st.sampled_from([1.0, 30.0, 200.0]))
    def wait(self, seconds: float) -> None:
        self.now_s += seconds

    @rule()
    def begin(self) -> None:
        number = len(self.begun)
        device = Device(f"device-{number:05d}")
        is_open = self.window.status(self.now_s).is_open
        try:
            self.begun.append((device, device.begin(self.window, number, self.now_s)))
        except (JoinClosedError, JoinBusyError):
            return
        assert is_open

    @precondition(lambda self: self.begun)
    @rule(choice=st.integers(0, 9))
    def prove(self, choice: int) -> None:
        device, challenge = self.begun[choice % len(self.begun)]
        try:
            joined = self.window.finish(device.proof_for(challenge), self.now_s)
        except (JoinClosedError, JoinSessionError):
            return
        assert joined.device == device.id
        self.joined += not joined.is_repeat

    @precondition(lambda self: self.begun)
    @rule(choice=st.integers(0, 9))
    def guess(self, choice: int) -> None:
        _, challenge = self.begun[choice % len(self.begun)]
        is_open = self.window.status(self.now_s).is_open
        guess = JoinProof(session=challenge.session, proof="0" * 64)
        with pytest.raises((JoinProofError, JoinSessionError, JoinClosedError)) as caught:
            self.window.finish(guess, self.now_s)
        self.wrong += is_open and caught.type is JoinProofError

    @invariant()
    def nobody_comes_in_beyond_what_was_opened(self) -> None:
        status = self.window.status(self.now_s)
        assert self.joined <= self.devices
        assert self.wrong <= WRONG_PROOFS
        if status.is_open:
            assert status.devices_left == self.devices - self.joined > 0
            assert status.guesses_left == WRONG_PROOFS - self.wrong > 0


TestGuests = Guests.TestCase


def steps(window: JoinWindow) -> list[tuple[str, str, str]]:
    return [(one.device, one.step, one.what) for one in window.attempts]


def test_how_far_each_device_came_is_told_until_another_window_opens(window: JoinWindow) -> None:
    device, other = Device(), Device("lamp-0002", code="8765-4321")
    window.open(CODE, NOW_S, devices=2)
    challenge = device.begin(window, 1)
    assert steps(window) == [(PURIFIER, "called", "")]
    with pytest.raises(JoinProofError):
        other.join(window, 2)
    window.finish(device.proof_for(challenge), NOW_S)
    window.give_back(challenge.session, NOW_S, WHY, "mend it")
    assert [step for _, step, _ in steps(window)] == ["wrong_code", "refused"]
    assert steps(window)[1][2] == WHY
    again = device.begin(window, 3)
    window.finish(device.proof_for(again), NOW_S)
    window.settle(again.session, NOW_S)
    window.close()
    assert [step for _, step, _ in steps(window)] == ["wrong_code", "joined"]
    window.open(CODE, NOW_S)
    assert steps(window) == []


def test_of_a_crowd_of_callers_the_latest_are_kept(window: JoinWindow) -> None:
    for number in range(SESSIONS):
        Device(f"lamp-{number:04d}").begin(window, number)
    assert [one.device for one in window.attempts] == [
        f"lamp-{number:04d}" for number in range(SESSIONS - LIMIT, SESSIONS)
    ]

"""A television: programmes follow the clock, the picture draws power, it sleeps if left alone."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, Wander, chance, clamp, hour_of
from simulators.programmes import PHOTOS, title_of

TUNER, HDMI_1, HDMI_2, APPS = range(4)
"""Values of `television.input`."""

STOPPED, PLAYING, PAUSED = range(3)
"""Values of `playback.state`."""

KEYS: Final = (
    "power",
    "ok",
    "back",
    "home",
    "up",
    "down",
    "left",
    "right",
    "louder",
    "softer",
    "mute",
    "channel_up",
    "channel_down",
    "input",
    "play",
)
"""Key of the remote control by value of the argument of `television.press_key`."""

CHANNELS: Final = 99

BOOT_S: Final = 4.0
"""From standby to the first picture."""

STANDBY_W: Final = 0.4
"""Below the half watt that Regulation (EU) 2023/826 allows."""

ELECTRONICS_W: Final = 28.0
BACKLIGHT_W: Final = 105.0
"""What the panel draws at full brightness and a white picture."""

SPEAKERS_W: Final = 12.0

PICTURE: Final = (0.8, 1.0, 0.65, 0.9)
"""Share of the backlight that a `television.picture_mode` uses: standard, vivid, cinema, game."""

DARK: Final = 0.05

UNTOUCHED_S: Final = 4 * 3600.0
"""So long it stays on with nobody touching anything (Regulation (EU) 2023/826)."""

WATCHING_PER_S: Final = 1 / 1_200
"""How fast somebody sits down in front of it, on an evening on which it is off."""


class Television:
    """The set, what it shows, and its meter."""

    product: ClassVar[str] = "television"
    buttons: ClassVar[tuple[str, ...]] = KEYS
    deadbands: ClassVar[Mapping[str, float]] = {
        "meter.power_w": 8.0,
        "meter.energy_wh": 1.0,
        "timer.left_s": 30.0,
    }

    report_s = 2.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._day_s, self._taste = day_s, rng.randrange(1_000)
        self._scene = Wander(rng, mean=0.45, spread=0.15, tau_s=20.0)
        self._is_on = rng.random() < 0.8
        self._input, self._channel, self._app = TUNER, rng.randint(1, 30), 0
        self._volume, self._is_muted, self._equalizer = rng.randint(8, 30), False, 0
        self._picture, self._brightness = 0, 80
        self._is_paused = False
        self._boot_s = self._untouched_s = self._played_s = 0.0
        self._off_after_s = 0
        self._left_s = 0.0
        self._energy_wh = rng.uniform(0.0, 50_000.0)
        self._power_w = self._load_w()

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("television")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("television.on"): self._is_on,
            Address("television.input"): self._input,
            Address("television.channel"): self._channel,
            Address("television.app"): self._app,
            Address("television.picture_mode"): self._picture,
            Address("playback.state"): self._playback(),
            Address("playback.title"): self._title(),
            Address("sound.volume"): self._volume,
            Address("sound.muted"): self._is_muted,
            Address("sound.equalizer"): self._equalizer,
            Address("display.brightness"): self._brightness,
            Address("meter.power_w"): self._power_w,
            Address("meter.energy_wh"): self._energy_wh,
            Address("timer.off_after_s"): self._off_after_s,
            Address("timer.left_s"): self._left_s,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the meter counts, the timers run, programmes change."""
        self._day_s += dt_s
        self._scene.step(dt_s)
        if not self._is_on:
            self._sit_down(dt_s)
        on_s = min(dt_s, self._on_left_s()) if self._is_on else 0.0
        self._power_w = self._load_w()
        self._energy_wh += (self._power_w * on_s + STANDBY_W * (dt_s - on_s)) / 3600.0
        return self._watch(on_s) if self._is_on else ()

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set; a channel or an app brings its input along."""
        self._untouched_s = 0.0
        for address, value in values.items():
            self._apply(address, value)
        match [values.get(Address(f"television.{name}")) for name in ("channel", "app", "input")]:
            case _, _, int(found) if found != APPS:
                self._app = 0 if values.get(Address("television.app")) is None else self._app
            case _, int(app), None:
                self._input = APPS if app else TUNER
            case int(), None, None:
                self._input, self._app = TUNER, 0
        self._power_w = self._load_w()

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run an action: launch an app (which wakes it), press a key, play, pause, reset."""
        self._untouched_s = 0.0
        match action, *arguments.values():
            case "television.launch", int(app):
                self._switch(is_on=True)
                self._start(APPS, app)
            case "television.press_key", int(key):
                self.press(KEYS[key])
            case "playback.play" | "playback.pause", *_:
                self._is_paused = self._is_on and action == "playback.pause"
            case "meter.reset", *_:
                self._energy_wh = 0.0
        self._power_w = self._load_w()
        return Ran()

    def press(self, button: str) -> None:
        """Press a key of the remote control; all but `power` do nothing while it sleeps."""
        self._untouched_s = 0.0
        if button == "power":
            self._switch(is_on=not self._is_on)
        elif self._is_on:
            self._press(button)
        self._power_w = self._load_w()

    def _press(self, key: str) -> None:
        match key:
            case "louder" | "softer":
                volume = self._volume + (2 if key == "louder" else -2)
                self._volume, self._is_muted = int(clamp(volume, 0, 100)), False
            case "mute":
                self._is_muted = not self._is_muted
            case "channel_up" | "channel_down":
                turn = 0 if key == "channel_up" else -2
                self._channel = (self._channel + turn) % CHANNELS + 1
                self._start(TUNER, 0)
            case "input":
                self._start((self._input + 1) % 4, 0)
            case "home":
                self._start(APPS, 0)
            case "play":
                self._is_paused = not self._is_paused

    def _apply(self, address: Address, value: Scalar) -> None:
        match address, value:
            case "television.on", bool():
                self._switch(is_on=value)
            case "television.input", int():
                self._input = value
            case "television.channel", int():
                self._channel = value
            case "television.app", int():
                self._app, self._played_s = value, 0.0
            case "television.picture_mode", int():
                self._picture = value
            case _:
                self._adjust(address, value)

    def _adjust(self, address: Address, value: Scalar) -> None:
        match address, value:
            case "sound.volume", int():
                self._volume = value
            case "sound.muted", bool():
                self._is_muted = value
            case "sound.equalizer", int():
                self._equalizer = value
            case "display.brightness", int():
                self._brightness = value
            case "timer.off_after_s", int():
                self._off_after_s, self._left_s = value, float(value) if self._is_on else 0.0

    def _start(self, source: int, app: int) -> None:
        self._input, self._app = source, app
        self._is_paused, self._played_s = False, 0.0

    def _switch(self, *, is_on: bool) -> None:
        if is_on == self._is_on:
            return
        self._is_on, self._is_paused = is_on, False
        self._boot_s = BOOT_S if is_on else 0.0
        self._left_s = float(self._off_after_s) if is_on else 0.0
        self._untouched_s = 0.0
        self._power_w = self._load_w()

    def _sit_down(self, dt_s: float) -> None:
        is_evening = 18.0 <= hour_of(self._day_s) < 22.5
        if is_evening and chance(self._rng, WATCHING_PER_S, dt_s):
            self._switch(is_on=True)

    def _on_left_s(self) -> float:
        left_s = UNTOUCHED_S - self._untouched_s
        return min(left_s, self._left_s) if self._off_after_s else left_s

    def _watch(self, on_s: float) -> tuple[Happening, ...]:
        self._boot_s = max(0.0, self._boot_s - on_s)
        self._played_s += 0.0 if self._is_paused else on_s
        self._untouched_s += on_s
        self._left_s = max(0.0, self._left_s - on_s)
        if self._off_after_s and self._left_s == 0.0:
            why = 0
        elif self._untouched_s >= UNTOUCHED_S:
            why = 1
        else:
            return ()
        self._switch(is_on=False)
        return (Happening(Address("television.fell_asleep"), {"why": why}),)

    def _playback(self) -> int:
        if not self._title():
            return STOPPED
        return PAUSED if self._is_paused else PLAYING

    def _title(self) -> str:
        if not self._is_on or self._boot_s > 0.0 or self._input in {HDMI_1, HDMI_2}:
            return ""
        if self._input == TUNER:
            return title_of(0, self._day_s, self._taste + 7 * self._channel)
        return title_of(self._app, self._played_s, self._taste) if self._app else ""

    def _load_w(self) -> float:
        if not self._is_on:
            return STANDBY_W
        loudness = 0.0 if self._is_muted else (self._volume / 100.0) ** 2
        light = clamp(self._scene.value, DARK, 1.0)
        if self._boot_s > 0.0 or (self._input == APPS and self._app in {0, PHOTOS}):
            light = DARK
        panel_w = BACKLIGHT_W * PICTURE[self._picture] * self._brightness / 100.0 * light
        return ELECTRONICS_W + panel_w + SPEAKERS_W * loudness

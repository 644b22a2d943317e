"""The lamp's own hardware: an ESP32 with an LED on pin 4 and its button on pin 0.

`settings.json` beside it, written when the lamp is made and when it is set up, holds `hub`, `code`,
`wifi` and `wifi_password`. Another board has another file like this one; the rest stays.
"""

import json
import os
import time

import machine
import network

with open("settings.json") as file:
    SETTINGS = json.load(file)
HUB, CODE = SETTINGS["hub"], SETTINGS["code"]
SCALE = SETTINGS.get("scale", 1)  # of long waits; below 1 for certification alone
LED = machine.PWM(machine.Pin(4), freq=1000, duty_u16=0)
BUTTON = machine.Pin(0, machine.Pin.IN, machine.Pin.PULL_UP)
pressed = []
BUTTON.irq(lambda _: pressed.append(time.ticks_ms()), machine.Pin.IRQ_FALLING)


def start():
    """Bring up the radio, which connects again by itself from then on."""
    radio = network.WLAN(network.STA_IF)
    radio.active(True)
    radio.connect(SETTINGS["wifi"], SETTINGS["wifi_password"])


def memory():
    """Return what outlives a loss of power; without a file, as it leaves the factory."""
    try:
        with open("memory.json") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"epoch": 0, "grant": None, "on": False, "brightness": 100}


def keep(changed):
    """Write the memory so that a loss of power leaves the old one or the new one."""
    with open("memory.new", "w") as file:
        json.dump(changed, file)
    os.rename("memory.new", "memory.json")


def shine(values):
    LED.duty_u16(values["brightness"] * 65_535 // 100 if values["on"] else 0)


def blink():
    for duty in (65_535, 0) * 2:
        LED.duty_u16(duty)
        time.sleep_ms(50)
    shine(memory())


def was_pressed():
    """Say whether the button was pressed since the last call; one press may bounce."""
    was = bool(pressed)
    pressed.clear()
    return was


def is_off():
    """Say whether the lamp is to end: never; its switch takes the power away."""
    return False

"""The lamp's hardware where there is none: MicroPython on a computer; a copy of it is `board.py`.

Files stand for fingers: `press` for the button, `off` for a switch that is thrown.
"""

import json
import os

HUB, CODE, SCALE = os.getenv("ECOHUB_URL"), os.getenv("ECOHUB_CODE"), float(os.getenv("SCALE"))


def start():
    pass


def memory():
    try:
        with open("memory.json") as file:
            return json.load(file)
    except (OSError, ValueError):
        return {"epoch": 0, "grant": None, "on": False, "brightness": 100}


def keep(changed):
    with open("memory.new", "w") as file:
        json.dump(changed, file)
    os.rename("memory.new", "memory.json")


def shine(values):
    print("light:", values["brightness"] if values["on"] else 0)


def blink():
    print("blink")


def was_pressed():
    try:
        os.remove("press")
    except OSError:
        return False
    return True


def is_off():
    try:
        os.stat("off")
    except OSError:
        return False
    return True

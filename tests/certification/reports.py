"""Reports of devices that nobody has tried, for tests of papers."""

from typing import Any

from certification.report.model import Report

RULES = {
    "ECO-MQTT-001": ("pass", "MUST", 1),
    "ECO-MQTT-002": ("not_applicable", "MUST", 1),
    "ECO-STATE-004": ("warn", "SHOULD", 2),
    "ECO-CMD-004": ("fail", "MUST", 3),
}
FIRMWARE = "f" * 64
SPEC = "e" * 64


def report(**changes: Any) -> Report:
    """Return a report of a device that is at level 2; `changes` are of its `outcome`."""
    outcome: dict[str, Any] = {"wanted": 2, "reached": 2, "blocked": (), "mismatches": ()}
    outcome |= {"counts": {}, "exit_code": 0}
    return Report.model_validate(
        {
            "format": 1,
            "subject": {
                "vendor": "Acme",
                "product": "purifier-7",
                "hardware": "r2",
                "firmware": "1.2.0",
                "firmware_sha256": None,
                "spec_sha256": SPEC,
                "device": "acme-1",
            },
            "outcome": outcome | changes,
            "run": {
                "tool": "ecohub 0.1.0",
                "protocol": "1.0",
                "broker": "scripted",
                "seed": 7,
                "scale": 0.1,
                "started_ms": 1_790_000_000_000,
                "duration_ms": 41_000,
                "stalled_ms": 0,
                "lines": 912,
                "hooks": ("power_cycle",),
                "scenarios": (),
            },
            "hashes": {"transcript": "a" * 64, "declaration": "b" * 64, "catalogue": "c" * 64},
            "rules": [_rule(name, *each) for name, each in RULES.items()],
            "evidence": (),
        }
    )


def _rule(name: str, verdict: str, keyword: str, level: int) -> dict[str, Any]:
    return {
        "id": name,
        "verdict": verdict,
        "keyword": keyword,
        "level": level,
        "text": "A device does it.",
        "why": "Because.",
        "fix": "Do it.",
        "reason": "",
        "observations": (),
        "more": 0,
        "common_failures": (),
        "refs": (),
    }

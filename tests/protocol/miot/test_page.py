"""docs/import-miot.md names every quirk and every reason, in the words of reports."""

from pathlib import Path

from protocol.miot import QUIRKS, REASONS, Quirk, Reason

PAGE = Path(__file__).parents[3] / "docs" / "import-miot.md"


def test_every_quirk_and_reason_is_documented() -> None:
    text = PAGE.read_text("utf-8")
    assert set(QUIRKS) == set(Quirk)
    assert set(REASONS) == set(Reason)
    for name, sentence in [*QUIRKS.items(), *REASONS.items()]:
        assert f"| `{name}` | {sentence} |" in text, name

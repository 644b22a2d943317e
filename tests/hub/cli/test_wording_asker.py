"""Who asked for something, in words."""

import pytest

from hub.api.cause_models import ByShown
from hub.api.causes import by_shown
from hub.cli.wording import asker
from hub.core.asker import By

ADA = By("person", "person-1", "Ada", "Ada's phone")


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (None, ""),
        (by_shown(ADA), "Ada (Ada's phone)"),
        (by_shown(ADA.via("scene", "s", "Evening")), "Ada (Ada's phone, scene Evening)"),
        (by_shown(ADA.via("plan")), "Ada (Ada's phone, plan)"),
        (by_shown(ADA, is_veiled=True), "somebody of the home"),
        (by_shown(By("program", "0a1b", "local")), "local"),
        (by_shown(By("hub", "", "")), "the hub"),
        (by_shown(ADA._replace(name="A\x1b[1mda", phone="")), r"A\x1b[1mda"),
    ],
    ids=["nobody", "phone", "scene", "plan", "veiled", "program", "hub", "hostile"],
)
def test_who_asked_is_said_in_words(by: ByShown | None, text: str) -> None:
    assert asker(by) == text

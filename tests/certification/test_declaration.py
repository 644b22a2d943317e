"""Declaration and parameters: what is wrong, where, and what mends it; secrets stay secret."""

from pathlib import Path

import pytest

from certification.driving import declaration, parameters
from certification.errors import UsageError
from protocol.messages import Sleep
from tests.certification.simulated import declaration as declared

GOOD = declared("smart-plug").toml()
PRIVATE = 'setup_code = "8273-5519"\n'


def write(folder: Path, name: str, content: str) -> Path:
    file = folder / name
    file.write_text(content)
    return file


def test_declaration_reads_what_it_has_written(tmp_path: Path) -> None:
    for whole in (
        declared("air-purifier"),
        declared("climate-sensor", sleep=Sleep(interval_s=300, awake_s=2)),
    ):
        assert declaration.load(write(tmp_path, "d.toml", whole.toml())) == whole


def test_drafted_scale_says_which_waits_it_is_for() -> None:
    remark = GOOD.partition("[timing]\n")[2].partition("scale = ")[0]
    assert all(line.startswith("# ") for line in remark.splitlines())
    for wait in ("keep-alive (never below 1 s)", "full states", "window of the rate", "sleeper"):
        assert wait in remark.partition("# Not multiplied")[0]
    assert "ttl_ms" in remark.partition("# Not multiplied")[2]


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (GOOD.replace("[device]", "[devise]"), "device: the key is missing"),
        (GOOD.replace('protocol = "1.0"', 'protocol = "2.0"'), "device.protocol"),
        (GOOD.replace("level = 2", "level = 4"), "device.level"),
        (GOOD.replace("level = 2", "levle = 2"), "device.level: the key is missing"),
        (GOOD.replace("gateway = false", 'gateway = "no"'), "features.gateway"),
        (GOOD.replace("scale = 0.01", "scale = 0.001"), "timing.scale"),
        (GOOD.replace("scale = 0.01", "scale = nan"), "timing.scale"),
        (GOOD + "\n[extra]\nkey = 1\n", "extra: there is no such key"),
        (GOOD.replace("sleeper = false", "sleeper = true"), "sleeper and the table [sleep]"),
        (GOOD.replace('id = "smart-plug-0001"', 'id = "Plug"'), "device.id"),
        ("[device\n", "is no TOML"),
        ("\udcff", "is not UTF-8"),
        ("a = " + "[" * 5_000, "is no TOML"),
        ("#" * 300_000, "is larger than"),
    ],
)
def test_mistake_in_a_declaration_is_told_with_its_place(
    tmp_path: Path, broken: str, says: str
) -> None:
    file = tmp_path / "d.toml"
    file.write_bytes(broken.encode("utf-8", "surrogateescape"))
    with pytest.raises(UsageError) as told:
        declaration.load(file)
    assert says in told.value.text
    assert str(file) in told.value.text
    assert told.value.remedy
    assert told.value.exit_code == 4


def test_declaration_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        declaration.load(tmp_path / "none.toml")


def test_product_spec_of_another_hash_is_told(tmp_path: Path) -> None:
    file = write(tmp_path, "d.toml", GOOD + 'file = "spec.json"\n')
    with pytest.raises(UsageError, match=r"spec\.json cannot be read"):
        declaration.load(file)
    write(tmp_path, "spec.json", "{}")
    with pytest.raises(UsageError, match=r"sha256 is not that of"):
        declaration.load(file)


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ("", "setup_code: the key is missing"),
        ('setup_code = "8273-551"\n', "7 characters"),
        ("setup_code = 82735519\n", "a text of 8 digits"),
        (PRIVATE + "[hooks]\nbuton = 'x'\n", "hooks.buton: there is no such key"),
        (PRIVATE + "[timeouts]\nconnect_s = -1\n", "timeouts.connect_s"),
        (PRIVATE + "[network]\nhost = 'a b'\n", "network.host"),
    ],
)
def test_mistake_in_the_parameters_is_told_without_the_secret(
    tmp_path: Path, broken: str, says: str
) -> None:
    with pytest.raises(UsageError) as told:
        parameters.load(write(tmp_path, "p.toml", broken))
    assert says in told.value.text
    assert "8273" not in f"{told.value.text} {told.value.remedy}"


def test_secrets_do_not_show_in_what_is_printed_of_parameters(tmp_path: Path) -> None:
    content = PRIVATE + "[hooks]\nrun = 'device --password geheim'\n"
    found = parameters.load(write(tmp_path, "p.toml", content))
    assert found.setup_code.get_secret_value() == "82735519"
    assert set(found.secrets()) == {"82735519", "8273-5519"}
    for secret in ("8273", "geheim"):
        assert secret not in repr(found)
        assert secret not in str(found)

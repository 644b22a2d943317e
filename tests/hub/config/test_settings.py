from pathlib import Path

import pytest

from hub.config import ConfigError, load_settings

KNOWN_TABLES = "[admission], [api], [broker], [discovery], [drivers], [history], [hub]"
KNOWN_API = "allowed_hosts, allowed_origins, certificate, host, https_port, key, port, tls"
KNOWN_BROKER = "audit, executable, host, kind, password, port, provision_command, url, user"
KINDS = '"auto", "mosquitto", "embedded", "external"'
PORTS = "a whole number from 0 to 65535"

WRONG = [
    (
        "[api]\n\nprot = 80",
        f'hub.toml:3: unknown key "prot" in [api]; did you mean "port"? allowed: {KNOWN_API}',
    ),
    (
        "[api]\nxyz = 80",
        f'hub.toml:2: unknown key "xyz" in [api]; allowed: {KNOWN_API}',
    ),
    (
        "[brokr]\nport = 1",
        f"hub.toml:1: unknown table [brokr]; did you mean [broker]? allowed: {KNOWN_TABLES}",
    ),
    (
        "port = 1",
        f"hub.toml:1: unknown table [port]; allowed: {KNOWN_TABLES}",
    ),
    (
        "[api.http]\ncert = 1",
        f'hub.toml:1: unknown key "http" in [api]; allowed: {KNOWN_API}',
    ),
    (
        '[api]\ntls = "on"',
        'hub.toml:2: tls = "on" in [api] is not allowed; allowed: "auto", "off"',
    ),
    (
        '[api]\nkey = "k.pem"',
        "hub.toml:2: certificate is missing in [api]; key is that of a certificate",
    ),
    (
        '[api]\ntls = "off"\ncertificate = "c.pem"',
        'hub.toml:3: certificate in [api] is not used by tls = "off"; allowed: "auto"',
    ),
    (
        "[api]\nport = 80\nhttps_port = 80",
        "hub.toml:3: https_port = 80 in [api] is the port of http; allowed: another port",
    ),
    (
        'api.port = "80"',
        f'hub.toml:1: port = "80" in [api] is not allowed; allowed: {PORTS}',
    ),
    (
        "# x\napi = { host = 'a', port = 65536 }",
        f"hub.toml:2: port = 65536 in [api] is not allowed; allowed: {PORTS}",
    ),
    (
        "[api]\nport = -1",
        f"hub.toml:2: port = -1 in [api] is not allowed; allowed: {PORTS}",
    ),
    (
        "[api]\nport = 80.5",
        f"hub.toml:2: port = 80.5 in [api] is not allowed; allowed: {PORTS}",
    ),
    (
        "[api]\nport = true",
        f"hub.toml:2: port = true in [api] is not allowed; allowed: {PORTS}",
    ),
    (
        "[api]\nport = 2026-01-01",
        f'hub.toml:2: port = "2026-01-01" in [api] is not allowed; allowed: {PORTS}',
    ),
    (
        "[api]\nport = inf",
        f"hub.toml:2: port = Infinity in [api] is not allowed; allowed: {PORTS}",
    ),
    (
        "api = 3",
        "hub.toml:1: [api] = 3 is not allowed; allowed: a table",
    ),
    (
        "[[api]]\nport = 3",
        'hub.toml:1: [api] = [{"port": 3}] is not allowed; allowed: a table',
    ),
    (
        '[hub]\nmode = "lax"',
        'hub.toml:2: mode = "lax" in [hub] is not allowed; allowed: "strict", "warn"',
    ),
    (
        '[hub]\nname = ""',
        'hub.toml:2: name = "" in [hub] is not allowed; allowed: a text of 1 to 64 characters',
    ),
    (
        "[hub]\ndata_dir = 7",
        "hub.toml:2: data_dir = 7 in [hub] is not allowed; allowed: a path",
    ),
    (
        '[broker]\nkind = "nats"',
        f'hub.toml:2: kind = "nats" in [broker] is not allowed; allowed: {KINDS}',
    ),
    (
        '[broker]\nkind = "external"',
        'hub.toml:2: url is missing in [broker]; kind = "external" needs it',
    ),
    (
        '[broker]\nurl = "mqtt://a"',
        'hub.toml:2: url in [broker] is not used by kind = "auto"; allowed: "external"',
    ),
    (
        '[broker]\nkind = "external"\nurl = "mqtt://me:secret@a"',
        "hub.toml:3: url (not shown) in [broker] is not allowed; allowed: mqtt://host:port or"
        " mqtts://host:port, with user and password in keys of their own",
    ),
    (
        "[broker]\npassword = 123456",
        "hub.toml:2: password (not shown) in [broker] is not allowed; allowed: a text",
    ),
    (
        "[broker]\nprovision_command = 'x y'",
        'hub.toml:2: provision_command = "x y" in [broker] is not allowed; allowed: a list, each'
        " item a text of 1 to 255 characters",
    ),
    (
        '[discovery]\ninterfaces = [\n  "eth0",\n  "",\n]',
        'hub.toml:4: item 2 of interfaces = "" in [discovery] is not allowed; allowed: a text of'
        " 1 to 255 characters",
    ),
    (
        "[discovery]\nenabled = 1",
        "hub.toml:2: enabled = 1 in [discovery] is not allowed; allowed: true or false",
    ),
    (
        '[admission]\npolicy = "strict"',
        'hub.toml:2: policy = "strict" in [admission] is not allowed; allowed: "open", "certified"',
    ),
    (
        "[admission]\nlevel = 4",
        "hub.toml:2: level = 4 in [admission] is not allowed; allowed: a whole number from 1 to 3",
    ),
    (
        "[admission]\nkeys = [7]",
        "hub.toml:2: item 1 of keys = 7 in [admission] is not allowed; allowed: a path",
    ),
    (
        '[admission]\nlevel = 2\npolicy = "certified"',
        'hub.toml:3: keys is missing in [admission]; policy = "certified" needs a key to believe',
    ),
    (
        '[admission]\nregistry = "r.jsonl"',
        "hub.toml:2: keys is missing in [admission]; registry needs the key that it is signed with",
    ),
    (
        "[drivers]\nmqtt = true",
        "hub.toml:2: mqtt = true in [drivers] is not allowed; allowed: a table",
    ),
    (
        "[api\nport = 1",
        "hub.toml:1:5: not TOML: Expected ']' at the end of a table declaration",
    ),
    (
        "[api]\nport = ",
        "hub.toml:2:8: not TOML: Invalid value",
    ),
    (
        "[api]\nport = 1\nport = 2",
        "hub.toml:3:9: not TOML: Cannot overwrite a value",
    ),
    (
        '[api]\nhost = "a',
        "hub.toml:2:10: not TOML: Unterminated string",
    ),
]


def problems_of(path: Path | None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    return str(caught.value).split("\n")


@pytest.fixture
def hub_toml(tmp_path: Path) -> Path:
    return tmp_path / "hub.toml"


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_file_says_where_what_and_what_is_allowed(
    hub_toml: Path, text: str, message: str
) -> None:
    hub_toml.write_text(text)
    assert problems_of(hub_toml) == [message]


def test_all_problems_come_at_once_in_the_order_of_the_lines(hub_toml: Path) -> None:
    hub_toml.write_text('[api]\nprot = 1\nport = "x"\n[hub]\nmode = 2\n[brokr]\n')
    assert [message.split(" ")[0] for message in problems_of(hub_toml)] == [
        "hub.toml:2:",
        "hub.toml:3:",
        "hub.toml:5:",
        "hub.toml:6:",
    ]


def test_a_problem_keeps_its_facts_as_fields(hub_toml: Path) -> None:
    hub_toml.write_text("[api]\nport = -1")
    with pytest.raises(ConfigError) as caught:
        load_settings(hub_toml)
    (problem,) = caught.value.problems
    assert (problem.where, problem.line, problem.key) == ("hub.toml:2", 2, "api.port")


def test_a_good_file_is_read_whole(hub_toml: Path, tmp_path: Path) -> None:
    hub_toml.write_text(
        """
        [hub]
        name = "Hütte"
        data_dir = "data"
        mode = "warn"
        [api]
        host = "127.0.0.1"
        port = 0
        allowed_hosts = ["hub.lan"]
        [broker]
        kind = "external"
        url = "mqtt://broker.lan:1883"
        user = "hub"
        password = "correct horse"
        provision_command = ["/usr/bin/add", "{device}"]
        [discovery]
        enabled = false
        interfaces = ["eth0"]
        [admission]
        policy = "certified"
        level = 2
        registry = "papers/registry.jsonl"
        keys = ["papers/registry.pub.pem", "/etc/acme.pub.pem"]
        [drivers.lamp]
        since = 2026-01-01
        nested = { deep = [1, 2.5, "x"] }
        """
    )
    settings = load_settings(hub_toml)
    assert settings.hub.name == "Hütte"
    assert settings.hub.data_dir == tmp_path / "data"
    assert settings.hub.mode == "warn"
    assert settings.api.allowed_hosts == ("hub.lan",)
    assert settings.broker.provision_command == ("/usr/bin/add", "{device}")
    assert settings.broker.password is not None
    assert settings.broker.password.get_secret_value() == "correct horse"
    assert "correct" not in repr(settings)
    assert settings.discovery.interfaces == ("eth0",)
    assert (settings.admission.policy, settings.admission.level) == ("certified", 2)
    assert settings.admission.registry == tmp_path / "papers/registry.jsonl"
    keys = (tmp_path / "papers/registry.pub.pem", Path("/etc/acme.pub.pem"))
    assert settings.admission.keys == keys
    assert settings.drivers["lamp"]["nested"] == {"deep": [1, 2.5, "x"]}


def test_without_a_file_there_are_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    settings = load_settings(None)
    assert settings.hub.data_dir == Path("/home/ada/.local/share/ecohub")
    assert (settings.api.host, settings.api.port) == ("0.0.0.0", 8321)  # noqa: S104 - asserted
    assert (settings.broker.kind, settings.broker.port) == ("auto", 1883)
    assert settings.hub.mode == "strict"


def test_the_environment_wins_over_the_file(
    hub_toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_toml.write_text("[api]\nport = 1\nhost = 'a'\n[broker]\nkind = 'external'")
    monkeypatch.setenv("ECOHUB_API__PORT", "8080")
    monkeypatch.setenv("ECOHUB_API__ALLOWED_HOSTS", "a.lan, b.lan")
    monkeypatch.setenv("ECOHUB_BROKER__URL", "mqtts://b")
    monkeypatch.setenv("ECOHUB_BROKER__PASSWORD", "12345")
    monkeypatch.setenv("ECOHUB_DISCOVERY__ENABLED", "false")
    settings = load_settings(hub_toml)
    assert (settings.api.host, settings.api.port) == ("a", 8080)
    assert settings.api.allowed_hosts == ("a.lan", "b.lan")
    assert settings.broker.password is not None
    assert settings.broker.password.get_secret_value() == "12345"
    assert not settings.discovery.enabled


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "ECOHUB_API__PORT",
            "x",
            f'ECOHUB_API__PORT: port = "x" in [api] is not allowed; allowed: {PORTS}',
        ),
        (
            "ECOHUB_BROKER__PASWORD",
            "x",
            'ECOHUB_BROKER__PASWORD: unknown key "pasword" in [broker]; did you mean "password"?'
            f" allowed: {KNOWN_BROKER}",
        ),
        (
            "ECOHUB_APX__PORT",
            "x",
            f"ECOHUB_APX__PORT: unknown table [apx]; did you mean [api]? allowed: {KNOWN_TABLES}",
        ),
        (
            "ECOHUB_API",
            "{}",
            'ECOHUB_API: [api] = "{}" is not allowed; allowed: a table',
        ),
        (
            "ECOHUB_BROKER__KIND",
            "external",
            'ECOHUB_BROKER__KIND: url is missing in [broker]; kind = "external" needs it',
        ),
    ],
)
def test_a_wrong_variable_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    assert problems_of(None) == [message]


def test_file_and_environment_are_both_blamed_for_their_own(
    hub_toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub_toml.write_text("[hub]\nmode = 3\n[api]\nport = 'x'")
    monkeypatch.setenv("ECOHUB_API__PORT", "y")
    assert [message.split(":")[0] for message in problems_of(hub_toml)] == [
        "ECOHUB_API__PORT",
        "hub.toml",
        "hub.toml",
    ]


@pytest.mark.parametrize(
    ("variable", "value", "folder"),
    [
        ("ECOHUB_DATA", "/srv/eco", "/srv/eco"),
        ("ECOHUB_HUB__DATA_DIR", "/srv/eco", "/srv/eco"),
        ("ECOHUB_DATA", "~/eco", "/home/ada/eco"),
    ],
)
def test_the_data_folder_can_be_named_by_the_environment(
    hub_toml: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, folder: str
) -> None:
    hub_toml.write_text("[hub]\ndata_dir = 'elsewhere'")
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.setenv(variable, value)
    assert load_settings(hub_toml).hub.data_dir == Path(folder)


def test_a_home_folder_in_the_file_is_the_users(
    hub_toml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    hub_toml.write_text("[hub]\ndata_dir = '~/eco'")
    assert load_settings(hub_toml).hub.data_dir == Path("/home/ada/eco")


def test_variables_of_other_programs_are_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOHUB_TOKEN", "x")
    monkeypatch.setenv("OTHER__PORT", "x")
    assert load_settings(None).api.port == 8321


def test_a_missing_file_is_said_with_its_full_path(tmp_path: Path) -> None:
    (message,) = problems_of(tmp_path / "none.toml")
    assert message.startswith(f"{tmp_path}/none.toml: cannot be read: No such file or directory;")


def test_a_file_that_is_not_utf_8_is_refused(hub_toml: Path) -> None:
    hub_toml.write_bytes(b"[hub]\nname = '\xff'")
    (message,) = problems_of(hub_toml)
    assert message == f"{hub_toml}: is not UTF-8 at byte 14; save it as UTF-8"


def test_settings_cannot_be_changed_later() -> None:
    settings = load_settings(None)
    with pytest.raises(ValueError, match="frozen"):
        settings.api.port = 1


def test_files_for_https_count_from_the_folder_of_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "hub.toml"
    file.write_text('[api]\ncertificate = "tls/chain.pem"\nkey = "/etc/key.pem"\n')
    api = load_settings(file).api
    assert (api.certificate, api.key) == (tmp_path / "tls/chain.pem", Path("/etc/key.pem"))


@pytest.mark.parametrize(
    ("text", "port"),
    [("", 8322), ("port = 80", 81), ("port = 0", 0), ("https_port = 443", 443)],
    ids=["default", "after", "any", "named"],
)
def test_https_has_the_port_after_that_of_http_unless_another_is_named(
    text: str, port: int, tmp_path: Path
) -> None:
    file = tmp_path / "hub.toml"
    file.write_text(f"[api]\n{text}\n")
    assert load_settings(file).api.secure_port == port

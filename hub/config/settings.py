"""Settings of the hub: hub.toml, over it the environment (`ECOHUB_API__PORT=8080`)."""

import json
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from hub.config.problems import ConfigError, Place, Problem, Vocabulary
from hub.config.tables import AdmissionSettings, ApiSettings, Tables
from hub.config.toml_lines import lines_of

PREFIX: Final = "ECOHUB_"
DELIMITER: Final = "__"
DATA_VARIABLE: Final = "ECOHUB_DATA"
"""Short for `ECOHUB_HUB__DATA_DIR`."""


class Settings(Tables, BaseSettings):
    """All settings, checked: those of hub.toml, and over them those of the environment."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter=DELIMITER,
        enable_decoding=False,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over hub.toml, and read nothing else."""
        return env_settings, init_settings


def load_settings(path: Path | None) -> Settings:
    """Return the settings of a file and of the environment, which wins.

    Args:
        path: A hub.toml; None for the defaults. Relative places in it count from its folder.

    Raises:
        ConfigError: with all problems found, not only the first.
    """
    text = "" if path is None else _read(path)
    tables = {} if path is None else _parse(path, text)
    source = _Source("settings" if path is None else path.name, lines_of(text))
    problems = source.problems_of_file(tables)
    try:
        settings = Settings(**_with_places(tables, path))  # type: ignore[arg-type]
    except ValidationError as error:
        problems += source.problems_of_environment(error)
        settings = None
    problems += _unknown_variables()
    if settings is not None and not problems:
        problems = source.contradictions(settings)
    if settings is None or problems:
        raise ConfigError(*sorted(problems, key=lambda problem: problem.line or 0))
    return settings


class _Source:
    """A settings file by name, and the line of each of its keys."""

    def __init__(self, name: str, lines: Mapping[Place, int]) -> None:
        self._name, self._lines = name, lines
        self._words = Vocabulary(Settings.model_json_schema())

    def problems_of_file(self, tables: Mapping[str, object]) -> list[Problem]:
        """Judge the file alone, and strictly: `port = "80"` is a text, not a number."""
        try:
            Tables.model_validate_json(json.dumps(tables, default=str), strict=True)
        except ValidationError as error:
            return [self._in_file(found["loc"], self._text(found)) for found in _found(error)]
        return []

    def problems_of_environment(self, error: ValidationError) -> list[Problem]:
        """Pick from what is wrong with file and environment together what the latter brought."""
        problems = []
        for found in _found(error):
            variable = _variable(found["loc"])
            if variable is not None:
                problems.append(Problem(variable, _dotted(found["loc"]), self._text(found)))
        return problems

    def contradictions(self, settings: Settings) -> list[Problem]:
        """Find keys that do not go together."""
        if (settings.hub.latitude is None) != (settings.hub.longitude is None):
            there, missing = ("latitude", "longitude")
            if settings.hub.latitude is None:
                there, missing = missing, there
            return [
                self._at(("hub", there), f"{missing} is missing in [hub]; it goes with {there}")
            ]
        broker = settings.broker
        if broker.kind == "external" and broker.url is None:
            text = 'url is missing in [broker]; kind = "external" needs it'
            return [self._at(("broker", "kind"), text)]
        if broker.kind != "external" and broker.url is not None:
            text = f'url in [broker] is not used by kind = "{broker.kind}"; allowed: "external"'
            return [self._at(("broker", "url"), text)]
        return self._without_keys(settings.admission) or self._of_https(settings.api)

    def _of_https(self, api: ApiSettings) -> list[Problem]:
        if api.key is not None and api.certificate is None:
            text = "certificate is missing in [api]; key is that of a certificate"
            return [self._at(("api", "key"), text)]
        if api.certificate is not None and api.tls == "off":
            text = 'certificate in [api] is not used by tls = "off"; allowed: "auto"'
            return [self._at(("api", "certificate"), text)]
        if api.https_port is not None and api.https_port == api.port != 0:
            text = f"https_port = {api.port} in [api] is the port of http; allowed: another port"
            return [self._at(("api", "https_port"), text)]
        return []

    def _without_keys(self, admission: AdmissionSettings) -> list[Problem]:
        if admission.keys:
            return []
        if admission.policy == "certified":
            text = 'keys is missing in [admission]; policy = "certified" needs a key to believe'
            return [self._at(("admission", "policy"), text)]
        if admission.registry is not None:
            text = "keys is missing in [admission]; registry needs the key that it is signed with"
            return [self._at(("admission", "registry"), text)]
        return []

    def _text(self, found: ErrorDetails) -> str:
        if found["type"] == "extra_forbidden":
            return self._words.unknown(found["loc"])
        return self._words.refused(found["loc"], found["input"])

    def _at(self, place: Place, text: str) -> Problem:
        variable = _variable(place)
        if variable is not None:
            return Problem(variable, _dotted(place), text)
        return self._in_file(place, text)

    def _in_file(self, place: Place, text: str) -> Problem:
        line = next((n for n in (self._lines.get(p) for p in _prefixes(place)) if n), None)
        where = self._name if line is None else f"{self._name}:{line}"
        return Problem(where, _dotted(place), text, line)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        text = f"cannot be read: {error.strerror}; name another file, or leave it out for defaults"
        raise ConfigError(Problem(str(path), "", text)) from error
    except UnicodeDecodeError as error:
        text = f"is not UTF-8 at byte {error.start}; save it as UTF-8"
        raise ConfigError(Problem(str(path), "", text)) from error


def _parse(path: Path, text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _PLACE_OF_ERROR.search(str(error))
        line, column = (int(found[1]), int(found[2])) if found and found[1] else _end(text)
        reason = _PLACE_OF_ERROR.sub("", str(error))
        where = f"{path.name}:{line}:{column}"
        raise ConfigError(Problem(where, "", f"not TOML: {reason}", line)) from error


_PLACE_OF_ERROR: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def _end(text: str) -> tuple[int, int]:
    lines = text.split("\n")
    return len(lines), len(lines[-1]) + 1


def _with_places(tables: Mapping[str, object], path: Path | None) -> dict[str, object]:
    """Have relative places of the file count from its own folder."""
    placed = _with_data_folder(tables, path)
    if path is None:
        return placed
    folder = path.absolute().parent
    for table, keys in _PLACES.items():
        if isinstance(given := placed.get(table), dict):
            moved = {key: _placed(given[key], folder) for key in keys if key in given}
            placed[table] = {**given, **moved}
    return placed


_PLACES: Final = {"admission": ("registry", "keys"), "api": ("certificate", "key")}
"""Keys by table that hold a place, or a list of places."""


def _placed(value: object, folder: Path) -> object:
    if isinstance(value, list):
        return [_placed(one, folder) for one in value]
    return folder / Path(value).expanduser() if isinstance(value, str) else value


def _with_data_folder(tables: Mapping[str, object], path: Path | None) -> dict[str, object]:
    """Put `ECOHUB_DATA`, or the path from the file's own folder, into `[hub] data_dir`."""
    hub = tables.get("hub", {})
    if not isinstance(hub, dict):
        return dict(tables)
    given, short = hub.get("data_dir"), os.environ.get(DATA_VARIABLE)
    if short:
        hub = {**hub, "data_dir": short}
    elif path is not None and isinstance(given, str):
        hub = {**hub, "data_dir": path.absolute().parent / Path(given).expanduser()}
    return {**tables, "hub": hub}


def _unknown_variables() -> list[Problem]:
    """Find variables such as `ECOHUB_APX__PORT`, which pydantic-settings passes over."""
    problems, words = [], Vocabulary(Settings.model_json_schema())
    for variable in sorted(os.environ):
        table, delimiter, _ = variable.removeprefix(PREFIX).lower().partition(DELIMITER)
        is_ours = variable.startswith(PREFIX) and delimiter
        if is_ours and table not in Settings.model_fields:
            problems.append(Problem(variable, table, words.unknown((table,))))
    return problems


def _found(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False)


def _variable(place: Place) -> str | None:
    """Name the environment variable that set a place, if one did."""
    names = {name.upper(): name for name in os.environ}
    for prefix in _prefixes(place):
        name = PREFIX + DELIMITER.join(str(key) for key in prefix).upper()
        if name in names:
            return names[name]
    return DATA_VARIABLE if place == ("hub", "data_dir") and DATA_VARIABLE in names else None


def _prefixes(place: Place) -> list[Place]:
    return [place[:length] for length in range(len(place), 0, -1)]


def _dotted(place: Place) -> str:
    return ".".join(str(key) for key in place)

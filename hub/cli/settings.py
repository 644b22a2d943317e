"""Which settings this command line works with."""

from pathlib import Path

from hub.cli.errors import CannotStartError
from hub.config import ConfigError, Settings, load_settings


def places() -> tuple[Path, ...]:
    """Return where a hub.toml is looked for, first first."""
    return (
        Path("hub.toml"),
        Path.home() / ".config/ecohub/hub.toml",
        Path("/etc/ecohub/hub.toml"),
    )


def settings_file(given: Path | None) -> Path | None:
    """Return the file to read: the one given, else the first there is; None for defaults."""
    return given or next((place for place in places() if place.is_file()), None)


def read_settings(given: Path | None) -> Settings:
    """Return the settings.

    Raises:
        CannotStartError: with every problem of the file and of the environment.
    """
    try:
        return load_settings(settings_file(given))
    except ConfigError as error:
        raise CannotStartError(
            str(error), "correct it; hub.toml of the project shows every key", "config"
        ) from error

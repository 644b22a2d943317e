"""The options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

HubUrl = Annotated[
    str | None,
    typer.Option(
        "--hub",
        envvar="ECOHUB_URL",
        metavar="URL",
        help="Where the hub is; without it, the one that runs here.",
        show_default=False,
    ),
]

HubToken = Annotated[
    str | None,
    typer.Option(
        "--token",
        envvar="ECOHUB_TOKEN",
        help="What the hub knows you by; not needed for the one that runs here.",
        show_default=False,
    ),
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

ConfigFile = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="ECOHUB_CONFIG",
        metavar="FILE",
        help="A hub.toml; without it, the first of ./hub.toml, ~/.config/ecohub/hub.toml, "
        "/etc/ecohub/hub.toml.",
        show_default=False,
    ),
]

DeviceText = Annotated[
    str, typer.Argument(metavar="DEVICE", help="Its id, its name, or a part of either.")
]

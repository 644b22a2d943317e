"""`ecohub run`."""

from functools import partial
from typing import Annotated

import typer

from hub import app
from hub.cli.errors import CannotStartError
from hub.cli.log import start_log
from hub.cli.options import AsJson, ConfigFile
from hub.cli.output import err, print_json
from hub.cli.settings import read_settings
from hub.store import StoreError


def run(
    *,
    config: ConfigFile = None,
    log_level: Annotated[
        str, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error.")
    ] = "info",
    as_json: AsJson = False,
) -> None:
    """Run the hub until SIGINT or SIGTERM.

    The log goes to stderr, one JSON object a line. With --json one line on stdout says where the
    hub is as soon as it serves: {"hub", "url", "mqtt_port", "token_path"}.
    """
    settings = read_settings(config)
    start_log(log_level)
    try:
        app.main(settings, partial(_tell, as_json=as_json))
    except app.AppError as error:
        raise CannotStartError(str(error), error.remedy) from error
    except StoreError as error:
        raise CannotStartError(error.what, error.remedy, error.code) from error


def _tell(ready: app.Ready, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "hub": ready.hub,
                "url": ready.url,
                "mqtt_port": ready.mqtt_port,
                "token_path": str(ready.token_path),
            }
        )
    elif err.is_terminal:
        err.print(f"the hub {ready.hub} serves {ready.url}; Ctrl-C stops it", style="green")
        if ready.fingerprint is not None:
            err.print(f"its authority, to compare with a phone's: {ready.fingerprint}")
        err.print(f"its token for programs of this user: {ready.token_path}", markup=False)
        err.print("let a device in: ecohub join CODE; see what is here: ecohub devices")
        if ready.open_pairing is not None:
            _welcome(ready, ready.open_pairing())


def _welcome(ready: app.Ready, code: str) -> None:
    """Show the first owner how to come; drawn only now, since it takes long to load."""
    from hub.cli.pair import invitation  # noqa: PLC0415 - loads what only a first start needs
    from hub.cli.qr import pairing_link  # noqa: PLC0415 - likewise
    from hub.discovery.interfaces import outside  # noqa: PLC0415 - likewise

    err.print("nobody owns this home yet: the first phone to pair within 10 minutes will")
    err.print(invitation(pairing_link(outside(ready.url), code), code, ready.fingerprint))

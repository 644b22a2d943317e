"""`ecohub history`."""

import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from hub.cli.access import Access, find_access
from hub.cli.client import HubClient
from hub.cli.errors import WordingError
from hub.cli.lookup import find_device
from hub.cli.options import AsJson, DeviceText, HubToken, HubUrl
from hub.cli.output import err, out, print_json
from hub.cli.sparkline import draw, gap_lines, seconds
from hub.cli.tables import plain, product_of_spec, value_text
from hub.cli.wording import age
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import HistoryAnswer, HistorySeries

WIDTH: Final = 72
LIST_WIDTH: Final = 36
NAME: Final = 24
GAPS: Final = 4
TEXTS: Final = 8
_UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def history(  # noqa: PLR0913 - one argument per option
    device: DeviceText,
    addresses: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PROPERTY]...",
            help="Addresses such as air.pm2_5; all that are recorded, save personal ones, "
            "when none is given.",
            show_default=False,
        ),
    ] = None,
    *,
    since: Annotated[
        str, typer.Option(help="How far back: 90m, 24h, 7d, 4w, or a time as ISO 8601 has it.")
    ] = "24h",
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print every recorded value as CSV, for spreadsheets.")
    ] = False,
    hub: HubUrl = None,
    token: HubToken = None,
    as_json: AsJson = False,
) -> None:
    """What a device told over time: a line per property, with what is not known."""
    begin = _begin(since, datetime.now(UTC))
    access = find_access(hub, token)
    if as_csv:
        asyncio.run(_export(access, device, addresses or [], begin))
        return
    answer, product = asyncio.run(_ask(access, device, addresses or [], begin, as_json=as_json))
    if as_json:
        print_json(answer)
        return
    _print(answer, product, addresses or [])


async def _ask(
    access: Access, text: str, addresses: list[str], begin: datetime, *, as_json: bool
) -> "tuple[HistoryAnswer, CompiledProduct | None]":
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        points = 500 if as_json else 3 * WIDTH
        answer = await client.api.show_history(
            found["id"], address=addresses, from_=_iso(begin), points=points
        )
        spec = None if as_json else (await client.api.show_device(found["id"]))["spec"]
        return answer, product_of_spec(spec)


async def _export(access: Access, text: str, addresses: list[str], begin: datetime) -> None:
    async with HubClient(access) as client:
        found = find_device(text, (await client.api.list_devices())["devices"])
        async for chunk in client.history_csv(found["id"], addresses, since=_iso(begin)):
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()


def _print(
    answer: "HistoryAnswer", product: CompiledProduct | None, addresses: Sequence[str]
) -> None:
    begin_s = seconds(answer["from"])
    end_s = max(begin_s + 1, min(seconds(answer["to"]), seconds(answer["now"])))
    width = max(8, min(WIDTH, out.width - 2))
    if not answer["series"]:
        err.print("nothing of this device is recorded yet")
    if not addresses:
        _print_list(answer["series"], begin_s, end_s, product)
        return
    for series in answer["series"]:
        _print_series(series, begin_s, end_s, width, product)


def _print_list(
    found: "Sequence[HistorySeries]",
    begin_s: float,
    end_s: float,
    product: CompiledProduct | None,
) -> None:
    """Print a line for each property: its signal, and its last value."""
    names = min(NAME, max((len(series["address"]) for series in found), default=0))
    for series in found:
        line = draw(series, begin_s, end_s, LIST_WIDTH)
        shown = plain(f"{series['address']:<{names}.{names}}  ", "bold")
        shown.append(line.text, "cyan").append(f"  {_last(series, product)}")
        out.print(shown, no_wrap=True, overflow="ellipsis")
    left, right = _clock(begin_s), _clock(end_s)
    out.print(f"{'':{names}}  {left}{right:>{LIST_WIDTH - len(left)}}", style="dim", no_wrap=True)


def _print_series(
    series: "HistorySeries",
    begin_s: float,
    end_s: float,
    width: int,
    product: CompiledProduct | None,
) -> None:
    address = series["address"]
    size_s = series["resolution_s"]
    detail = f"  one value per {age(size_s)}" if size_s else ""
    out.print(plain(address, "bold").append(detail, "dim"))
    if series["format"] == "string":
        _print_texts(series)
    else:
        line = draw(series, begin_s, end_s, width)
        out.print(f"  {line.text}", style="cyan", no_wrap=True)
        left, right = _clock(begin_s), _clock(end_s)
        out.print(f"  {left}{right:>{max(1, width - len(left))}}", style="dim", no_wrap=True)
        if line.low is not None and series["points"]:
            _print_sums(series, (line.low, line.mean or 0.0, line.high or 0.0), product)
    for text in gap_lines(series["gaps"], GAPS):
        out.print(plain(f"  {text}", "yellow"))
    out.print()


def _print_sums(
    series: "HistorySeries",
    sums: tuple[float, float, float],
    product: CompiledProduct | None,
) -> None:
    shown = [f"last {_last(series, product)}"]
    if series["format"] == "bool":
        shown.append(f"on {sums[1]:.0%} of the time")
    elif _is_measured(series, product):
        words = zip(("min", "mean", "max"), sums, strict=True)
        texts = (f"{word} {value_text(series['address'], _round(n), product)}" for word, n in words)
        shown += texts
    out.print(plain(f"  {'   '.join(shown)}"))


def _last(series: "HistorySeries", product: CompiledProduct | None) -> str:
    last = next((p["value"] for p in reversed(series["points"]) if p["value"] is not None), None)
    return value_text(series["address"], last, product)


def _is_measured(series: "HistorySeries", product: CompiledProduct | None) -> bool:
    known = product.properties if product else {}
    declared = next((part for a, part in known.items() if a == series["address"]), None)
    return declared is None or declared.enum is None


def _print_texts(series: "HistorySeries") -> None:
    for point in series["points"][-TEXTS:]:
        out.print(plain(f"  {_clock(seconds(point['at']))}  {point['value']}"))


def _begin(text: str, now: datetime) -> datetime:
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", text.strip())
    try:
        if found:
            return now - timedelta(seconds=int(found[1]) * _UNITS[found[2]])
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        raise WordingError(f"--since takes 90m, 24h, 7d, 4w or a time, not {text!r}") from error
    return moment.astimezone(UTC)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _clock(moment_s: float) -> str:
    return f"{datetime.fromtimestamp(moment_s, UTC).astimezone():%d %b %H:%M}"


def _round(number: float) -> float:
    return float(f"{number:.5g}")

import json
import re

from prometheus_client.parser import text_string_to_metric_families

from protocol.rules import rules
from tests.hub.api.bench import PLUG, PURIFIER, Bench


async def metrics(home: Bench) -> dict[str, float]:
    text = await home.ask("GET", "/metrics")
    return {
        " ".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_the_hub_says_who_it_is_and_what_it_has(home: Bench) -> None:
    await home.bring(PURIFIER)
    hub = await home.get("/api/v1/hub")
    assert hub["id"] == home.home.hub_id
    assert hub["name"] == "Test home"
    assert hub["protocol"] == "1.0"
    assert hub["epoch"] == 1
    assert hub["devices"] == {"total": 1, "by_presence": {"online": 1}}
    assert hub["broker"]["status"] == "degraded"
    assert hub["open_commands"] == 0
    assert hub["has_place"] is False


async def test_health_needs_no_token_and_then_names_parts_alone(home: Bench) -> None:
    told = await home.ask("GET", "/api/v1/health", headers={"Authorization": ""})
    assert told["status"] == "degraded"
    assert {tuple(part) for part in told["parts"]} == {("name", "status")}


async def test_health_tells_a_token_holder_what_to_do(home: Bench) -> None:
    told = await home.get("/api/v1/health")
    broker = next(part for part in told["parts"] if part["name"] == "broker")
    assert broker["status"] == "degraded"
    assert broker["detail"]


async def test_metrics_count_messages_commands_and_violations(home: Bench) -> None:
    await home.bring(PURIFIER)
    body = {"properties": {"fan.level": 3}}
    await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}/properties", body)
    home.report(PURIFIER, {"air.pm2_5": -4000.0})
    await home.until(lambda: home.home.hub.devices[PURIFIER].violations, "seen")
    told = await metrics(home)
    assert told["ecohub_commands_total confirmed"] == 1
    assert told["ecohub_receipt_seconds_count"] == 1
    assert told["ecohub_violations_total ECO-VALUE-002"] == 1
    assert told["ecohub_messages_total"] >= 5
    assert told["ecohub_devices online"] == 1
    assert told["ecohub_requests_total 200"] == 1
    assert told["ecohub_link_up"] == 1
    assert told["ecohub_broker_ready"] == 0
    assert told["ecohub_store_transactions_total"] >= 1
    assert told["ecohub_store_failing"] == 0


async def test_the_count_of_messages_does_not_fall_when_a_device_leaves(home: Bench) -> None:
    await home.bring(PURIFIER)
    await home.bring(PLUG)
    before = (await metrics(home))["ecohub_messages_total"]
    await home.ask("DELETE", f"/api/v1/devices/{PLUG}", status=204)
    assert (await metrics(home))["ecohub_messages_total"] >= before


async def test_metrics_have_no_series_per_device(home: Bench) -> None:
    await home.bring(PURIFIER)
    assert PURIFIER not in await home.ask("GET", "/metrics")


async def test_every_rule_is_served_with_its_fix(home: Bench) -> None:
    listed = (await home.get("/api/v1/rules"))["rules"]
    assert [rule["id"] for rule in listed] == list(rules())
    one = await home.get("/api/v1/rules/ECO-VALUE-002")
    assert one in listed
    assert (await home.problem("GET", "/api/v1/rules/ECO-VALUE-999", 404))["code"] == "rule-unknown"


async def test_the_page_is_served_without_a_token_and_loads_nothing_from_elsewhere(
    home: Bench,
) -> None:
    page = await home.ask("GET", "/api/v1/docs", headers={"Authorization": ""})
    assert home.home.hub_id not in page
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert loaded.pop(0) == "data:,"
    assert loaded == ["docs/docs.css", "docs/docs.js"]
    for name in loaded:
        await home.ask("GET", f"/api/v1/{name}", headers={"Authorization": ""})
    bundle = await home.ask("GET", "/api/v1/docs/rapidoc-min.js", headers={"Authorization": ""})
    assert len(bundle) > 500_000


async def test_the_page_may_run_scripts_of_the_hub_alone(home: Bench) -> None:
    async with home.session.get(f"{home.url}/api/v1/docs") as response:
        policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy


async def test_a_file_that_is_not_of_the_page_is_not_served(home: Bench) -> None:
    for name in ("docs.html", "..%2f..%2fapp.py", "%2fetc%2fpasswd", "vendor"):
        told = await home.problem("GET", f"/api/v1/docs/{name}", 404)
        assert told["code"] == "file-unknown"


async def test_a_name_with_markup_stays_text(home: Bench) -> None:
    await home.bring(PURIFIER)
    name = "<img src=x onerror=alert(1)>"
    await home.ask("PATCH", f"/api/v1/devices/{PURIFIER}", {"name": name})
    async with home.session.get(
        f"{home.url}/api/v1/devices", headers={"Authorization": f"Bearer {home.token}"}
    ) as response:
        assert response.content_type == "application/json"
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert json.loads(await response.read())["devices"][0]["name"] == name


async def test_control_characters_are_no_name(home: Bench) -> None:
    await home.bring(PURIFIER)
    for name in ("a\nb", "\x1b[31mred", "\x00", "", "x" * 65):
        body = {"name": name}
        await home.problem("PATCH", f"/api/v1/devices/{PURIFIER}", 422, body=body)

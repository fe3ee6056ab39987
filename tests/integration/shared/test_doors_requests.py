"""What a request may look like, and what is said to the others: problems, bodies, tokens, pages, versions."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from shared.testing.api import headers, token
from tests.integration.shared.doors import shelf

UNIT = uuid4()


@pytest.fixture
async def client(street_database: str) -> AsyncIterator[httpx.AsyncClient]:
    async with shelf(street_database) as client:
        yield client


@pytest.fixture(scope="session")
def clerk() -> str:
    return token(roles=["unit-clerk"], unit=UNIT)


def box(**changes: object) -> dict[str, object]:
    return {"name": "small", "weight": "4000.01", **changes}


async def test_a_box_goes_in_and_comes_out_with_its_exact_decimals_and_its_version(
    client: httpx.AsyncClient, clerk: str
) -> None:
    made = await client.post("/boxes", json=box(), headers=headers(clerk))
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"1"'
    assert made.headers["location"] == f"/boxes/{made.json()['id']}"
    assert made.headers["cache-control"] == "no-store"
    seen = await client.get(made.headers["location"], headers=headers(clerk))
    assert seen.json() == made.json()
    assert seen.json()["weight"] == "4000.01"
    again = await client.get(made.headers["location"], headers={**headers(clerk), "If-None-Match": '"1"'})
    assert (again.status_code, again.json()) == (200, made.json())


async def test_numbers_keep_more_digits_than_a_float_has(client: httpx.AsyncClient, clerk: str) -> None:
    body = b'{"name": "n", "weight": 1234567890123456.78}'
    sent = {**headers(clerk), "Content-Type": "application/json"}
    made = await client.post("/boxes", content=body, headers=sent)
    assert made.json()["weight"] == "1234567890123456.78"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (box(colour="red"), 422, "unknown-field", "colour"),
        ({"name": "x"}, 422, "missing-field", "weight"),
        (box(weight="heavy"), 422, "wrong-value", "weight"),
        (box(pieces="1"), 422, "wrong-value", "pieces"),
        (box(pieces=True), 422, "wrong-value", "pieces"),
        (box(made_on="2026-02-30"), 422, "wrong-value", "made_on"),
        (box(sides=[{"colour": "red", "width": 1}, {"colour": "red"}]), 422, "missing-field", "sides[1].width"),
        (box(sides=[{"colour": "red", "width": 1, "x": 1}]), 422, "unknown-field", "sides[0].x"),
        (box(name="a\x00b"), 422, "nul-character", "body"),
        (box(pieces=5_000_000_000), 422, "value-not-keepable", None),
        (box(weight="1e20"), 422, "value-not-keepable", None),
        (box(weight="NaN"), 422, "wrong-value", "body"),
        (box(weight="-Infinity"), 422, "wrong-value", "body"),
        (box(weight="1e999999"), 422, "wrong-value", "body"),
        (box(name="too heavy"), 409, "too-heavy", "weight"),
        (box(name="broken"), 500, "internal-error", None),
    ],
)
async def test_a_wrong_body_is_told_its_field_and_kind(
    client: httpx.AsyncClient, clerk: str, body: object, status: int, code: str, field: str | None
) -> None:
    answer = await client.post("/boxes", json=body, headers=headers(clerk))
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (status, status), problem
    assert problem["type"] == f"/problems/{code}"
    assert problem.get("field") == field
    assert problem["title"]
    assert problem["correlation_id"] == answer.headers["x-correlation-id"]
    assert "张三" not in answer.text
    listed = await client.get("/boxes", headers=headers(clerk))
    assert listed.json()["total"] == 0, "nothing is kept of a refused request"


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b'{"name": ', "application/json", 400, "malformed-json"),
        (b'{"name": "\xff\xfe", "weight": 1}', "application/json", 400, "not-utf-8"),
        (b"\xff\xfe", "application/json", 400, "malformed-json"),
        (b'{"name": "\\ud800", "weight": 1}', "application/json", 400, "malformed-json"),
        (b'{"sides":' + b"[" * 200_000, "application/json", 422, "wrong-value"),
        (b"", "application/json", 400, "body-required"),
        (b"name=small&weight=1", "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b'{"name":"a","weight":1}', "text/plain", 415, "unsupported-media-type"),
        (b'{"name":"' + b"a" * (1 << 20) + b'","weight":1}', "application/json", 413, "too-large"),
    ],
)
async def test_what_is_no_readable_body_is_told_so(
    client: httpx.AsyncClient, clerk: str, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = await client.post("/boxes", content=content, headers={**headers(clerk), "Content-Type": kind})
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}"), answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/boxes/not-a-uuid", 404, "not-found"),
        ("GET", "/boxes/0192f0c1-0000-7000-8000-000000000000", 404, "no-such-box"),
        ("DELETE", "/boxes", 405, "method-not-allowed"),
        ("GET", "/boxes?page=0", 422, "wrong-value"),
        ("GET", "/boxes?page=x", 422, "wrong-value"),
        ("GET", "/boxes?size=201", 422, "wrong-value"),
        ("GET", "/boxes?page=99999999999999999999", 422, "bad-page"),
        ("GET", "/boxes?sort=secret", 422, "unknown-sort"),
        ("GET", "/boxes?nmae=x", 422, "unknown-parameter"),
        ("GET", "/boxes/0192f0c1-0000-7000-8000-000000000000?in=g", 404, "no-such-box"),
        ("GET", "/boxes/0192f0c1-0000-7000-8000-000000000000?measure=g", 422, "unknown-parameter"),
        ("GET", "/boxes?name=a%00b", 422, "nul-character"),
        ("GET", "/boxes?name=%ff%fe", 200, None),
    ],
)
async def test_wrong_addresses_and_parameters_are_problems(
    client: httpx.AsyncClient, clerk: str, method: str, path: str, status: int, code: str | None
) -> None:
    answer = await client.request(method, path, headers=headers(clerk))
    assert answer.status_code == status, answer.text
    if code:
        assert answer.json()["type"] == f"/problems/{code}"
        assert answer.headers["x-correlation-id"] == answer.json()["correlation_id"]


async def test_odd_looking_but_sound_values_go_in(client: httpx.AsyncClient, clerk: str) -> None:
    odd = box(name="information of NaN \\u0000 \u00e9", weight="1e12", label="12345678901234567890123456789012")
    answer = await client.post("/boxes", json=odd, headers=headers(clerk))
    assert (answer.status_code, answer.json()["name"]) == (201, odd["name"]), answer.text


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    assert (await client.delete("/boxes")).headers["allow"] == "GET, POST"
    assert (await client.delete(f"/boxes/{uuid4()}")).headers["allow"] == "GET, PUT"


async def test_lists_come_in_pages_sorted_and_filtered(client: httpx.AsyncClient, clerk: str) -> None:
    for name in ("b", "a%", "c", "a"):
        await client.post("/boxes", json=box(name=name), headers=headers(clerk))
    page = (await client.get("/boxes?size=3&sort=-name", headers=headers(clerk))).json()
    assert [item["name"] for item in page["items"]] == ["c", "b", "a%"]
    assert (page["total"], page["page"], page["size"]) == (4, 1, 3)
    found = (await client.get("/boxes", params={"q": "a%"}, headers=headers(clerk))).json()
    assert [item["name"] for item in found["items"]] == ["a%"]


async def test_a_change_names_the_version_it_was_made_from(client: httpx.AsyncClient, clerk: str) -> None:
    at = (await client.post("/boxes", json=box(), headers=headers(clerk))).headers["location"]
    bare = await client.put(at, json={"weight": 1}, headers=headers(clerk))
    assert (bare.status_code, bare.json()["type"]) == (428, "/problems/if-match-required")
    done = await client.put(at, json={"weight": 1}, headers=headers(clerk, if_match=1))
    assert (done.status_code, done.headers["etag"]) == (200, '"2"')
    late = await client.put(at, json={"weight": 2}, headers=headers(clerk, if_match=1))
    assert (late.status_code, late.json()["type"], late.json()["current"]) == (412, "/problems/version-mismatch", 2)
    foreign = await client.put(at, json={"weight": 2}, headers=headers(clerk, if_match='"abc"'))
    assert foreign.status_code == 412
    nonsense = await client.put(at, json={"weight": 2}, headers=headers(clerk, if_match="abc"))
    assert (nonsense.status_code, nonsense.json()["type"]) == (422, "/problems/bad-if-match")


async def test_another_units_box_is_as_if_it_were_not(client: httpx.AsyncClient, clerk: str) -> None:
    at = (await client.post("/boxes", json=box(), headers=headers(clerk))).headers["location"]
    other = token(roles=["unit-clerk"], unit=uuid4())
    assert (await client.get(at, headers=headers(other))).json()["type"] == "/problems/no-such-box"
    assert (await client.put(at, json={"weight": 1}, headers=headers(other, if_match=1))).status_code == 404
    assert (await client.get(at, headers=headers(token(roles=["market"])))).status_code == 200


async def test_the_correlation_id_is_taken_if_sane_and_made_if_not(client: httpx.AsyncClient) -> None:
    taken = await client.get("/health/live", headers={"X-Correlation-Id": "loader.7_a-B"})
    assert taken.headers["x-correlation-id"] == "loader.7_a-B"
    for odd in ("a b", "x" * 65, 'a"b', ""):
        made = await client.get("/health/live", headers={"X-Correlation-Id": odd})
        assert len(made.headers["x-correlation-id"]) == 32


async def test_the_description_is_closed_protected_and_readable_without_a_network(client: httpx.AsyncClient) -> None:
    document = (await client.get("/schema/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert document["components"]["schemas"]["NewBox"]["additionalProperties"] is False
    assert document["components"]["schemas"]["Side"]["additionalProperties"] is False
    assert "additionalProperties" not in document["components"]["schemas"]["BoxView"]
    assert document["components"]["schemas"]["BoxViewPage"]["properties"]["items"]["items"]
    posting = document["paths"]["/boxes"]["post"]
    assert posting["x-permission"] == "box.make"
    assert {"Idempotency-Key"} <= {p["name"] for p in posting["parameters"] if p.get("required")}
    assert {"201", "401", "403", "422"} <= set(posting["responses"])
    assert "application/problem+json" in posting["responses"]["422"]["content"]
    assert document["paths"]["/health/live"]["get"]["security"] == []
    assert "multipart/form-data" in document["paths"]["/imports/boxes"]["post"]["requestBody"]["content"]
    assert {"page", "size", "sort", "q", "name"} == {
        p["name"] for p in document["paths"]["/boxes"]["get"]["parameters"]
    }
    page = await client.get("/schema")
    assert "swagger-ui-bundle.js" in page.text
    assert "//" not in page.text.replace("http://www.w3.org", ""), "the page loads nothing from elsewhere"
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js", "favicon-32x32.png"):
        assert (await client.get(f"/schema/assets/{asset}")).status_code == 200
    assert (await client.get("/schema/assets/index.html")).status_code == 404
    rendering = (await client.get("/schema/page.json")).json()
    assert rendering["openapi"] == "3.0.3"
    assert '"null"' not in json.dumps(rendering)

"""The OpenAPI is the truth: schemathesis reads it from a running collector and attacks every operation in it."""

import collections
import re

import pytest
import schemathesis
from collect.installing import CHROME, Extension
from collect.making import AGENT, ORIGIN, bodies, taken
from collect.surveying import token_of
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from afterlike.app import FACES
from parts.fetch import sent

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
PHASES = [Phase.explicit, Phase.generate]


def operation(face) -> str:
    """As the document names it; a signed like stands where other methods have an id."""
    return f"{face.method} {face.path.replace('<id>', '{id}').replace('<signed>', '{id}')}"


OPERATIONS = sorted(operation(face) for face in FACES if hasattr(face.view, "openapi"))


@pytest.fixture(scope="module")
def described(sqlite_keeper) -> dict:
    return taken(sent(sqlite_keeper.url, "GET", "/v1/openapi.json"))


def test_every_public_call_is_described(described):
    told = sorted(f"{method.upper()} {path}" for path, methods in described["paths"].items() for method in methods)
    assert told == OPERATIONS
    public = {operation(face) for face in FACES if face.path.startswith("/v1/")}
    assert public - set(OPERATIONS) == {"GET /v1/openapi.json", "GET /v1/quotes.html", "GET /v1/quotes.jsonld"}


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(described):
    operations = [one for methods in described["paths"].values() for one in methods.values()]
    assert [name for name, times in collections.Counter(one["operationId"] for one in operations).items() if times > 1] == []
    assert all(one["summary"] for one in operations)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_keeps_what_it_says(sqlite_keeper, described, operation):
    """By a server with a key, a browser and the extension, with what fits the schema and with what does not."""
    attack(sqlite_keeper, described, operation, examples=40)


@pytest.mark.long
@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_operation_keeps_what_it_says_over_and_over(keeper, operation):
    attack(keeper, taken(sent(keeper.url, "GET", "/v1/openapi.json")), operation, examples=300)


def attack(keeper, described: dict, operation: str, *, examples: int) -> None:
    door, statuses = keeper.open(), collections.Counter()
    browser = {"Origin": CHROME if operation == "POST /v1/installs" else ORIGIN, "User-Agent": AGENT}
    ways = ({"Authorization": f"Bearer {door.api_key}"}, browser, {"Origin": CHROME, "User-Agent": AGENT}, {})
    install = Extension(door).token
    like = door.press()["id"]
    token = token_of(door, like)
    method, _, path = operation.partition(" ")
    asked = schemathesis.openapi.from_dict(described)[path][method]
    kind = {"media_type": "application/json"} if method != "GET" else {}
    cases = asked.as_strategy(GenerationMode.POSITIVE, **kind) | asked.as_strategy(GenerationMode.NEGATIVE, **kind)

    @settings(
        max_examples=examples,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(cases, st.booleans(), st.sampled_from(ways[:1] * 6 + ways[1:3] * 4 + ways[3:]))
    def ask(case, is_near, way):
        on_our_site(case, door.site)
        if is_near and method != "GET":
            nearly_fine(case, door.site, like)
        elif is_near and "{id}" in path:
            case.path_parameters = {"id": token}
        if isinstance(case.body, dict) and "install" not in case.body:
            case.body["install"] = install
        answer = case.call(base_url=keeper.url, headers=way)
        statuses[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    ask()
    assert statuses[200] + statuses[202] and statuses.total() >= examples // 2, statuses


def on_our_site(case, site: str) -> None:
    """Nobody guesses a site's key, so without it every call would end at the first step."""
    for part in (case.body, case.query):
        if isinstance(part, dict) and "site" in part:
            part["site"] = site


def nearly_fine(case, site: str, like: str) -> None:
    """A body that is fine but for one field of those that were made up; so that the later steps are reached too."""
    calls = (*bodies(site, like).values(), ("POST", "/v1/installs", None, {"version": "0.1.0"}))
    method, path, _, fine = next(one for one in calls if one[0] == case.method and fits(one[1], case.path))
    made_up = case.body if isinstance(case.body, dict) else {}
    for name in [*made_up][:1]:
        fine |= {name: made_up[name]}
    case.body, case.query = fine, {"site": site} if "{id}" in case.path else case.query
    if "{id}" in case.path:
        case.path_parameters = {"id": like if method == "DELETE" else path.rpartition("/")[2].partition("?")[0]}


def fits(path: str, template: str) -> bool:
    return re.fullmatch(template.replace("{id}", "[0-9a-f-]{36}"), path.partition("?")[0]) is not None

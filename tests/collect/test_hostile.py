"""S1 and S4: whatever bytes arrive, the answer is a 4xx with a reason or a like well kept, and never a 500."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from collect.making import AGENT, ORIGIN, Door, bodies, refused, taken
from marshmallow import Schema, fields

from afterlike import tables
from cast import ADA, LAMP, new_id
from parts.fetch import sent

MB = 1024 * 1024
HEADERS = {"Content-Type": "text/plain", "Origin": ORIGIN, "User-Agent": AGENT}


def padded(door: Door, size: int) -> bytes:
    """A good like with enough room in it to be this big."""
    body = json.dumps(door.body()).encode()
    return body[:-1] + b" " * (size - len(body)) + b"}"


def test_a_body_of_32_kb_is_taken_and_one_byte_more_is_not(any_door):
    taken(any_door.post("/v1/likes", padded(any_door, 32 * 1024)))
    refused(any_door.post("/v1/likes", padded(any_door, 32 * 1024 + 1)), 413, "size")


@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "without a length"])
def test_ten_megabytes_are_refused(any_door, chunked):
    body = padded(any_door, 10 * MB)
    pieces = (body[start : start + 65536] for start in range(0, len(body), 65536))
    try:
        answer = sent(any_door.url, "POST", "/v1/likes", pieces if chunked else body, HEADERS)
    except (BrokenPipeError, ConnectionResetError):
        pass  # hung up on while still talking, which is an answer too
    else:
        refused(answer, 413, "size")
    assert any_door.rows(tables.likes) == []
    any_door.press()


def test_a_small_body_without_a_length_is_read(any_door):
    body = json.dumps(any_door.body()).encode()
    taken(sent(any_door.url, "POST", "/v1/likes", iter([body[:100], body[100:]]), HEADERS))


def test_great_bodies_leave_no_trace_in_memory(any_door):
    [worker] = any_door.keeper.server.workers()
    status = Path(f"/proc/{worker}/status")

    def highest_kb() -> int:
        return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1])

    any_door.press()
    before = highest_kb()
    for number in range(20):
        try:
            sent(any_door.url, "POST", "/v1/likes", b"[" * 10 * MB if number % 2 else gzip.compress(bytes(10 * MB)), HEADERS)
        except (BrokenPipeError, ConnectionResetError):
            continue
    assert highest_kb() - before < 40 * 1024


BOMB = gzip.compress(b'{"a":"' + b"0" * 30 * MB + b'"}')
DEEP = 15_000  # as deep as 32 KB can be

UNREADABLE = {
    "gzip bomb": (BOMB[:32_000], {"Content-Encoding": "gzip"}, 415, "content_type"),
    "gzip that says nothing": (BOMB[:32_000], {}, 400, "malformed"),
    "deflate": (b"{}", {"Content-Encoding": "deflate"}, 415, "content_type"),
    "a form": (b"a=1", {"Content-Type": "application/x-www-form-urlencoded"}, 415, "content_type"),
    "multipart": (b"--x\r\n", {"Content-Type": "multipart/form-data; boundary=x"}, 415, "content_type"),
    "XML": (b"<a/>", {"Content-Type": "text/xml"}, 415, "content_type"),
    "lists in lists": (b"[" * DEEP + b"]" * DEEP, {}, 400, "malformed"),
    "objects in objects": (b'{"a":' * 5000 + b"1" + b"}" * 5000, {}, 400, "malformed"),
    "lists that never end": (b'{"a":' + b"[" * 30_000, {}, 400, "malformed"),
    "a name twice": (b'{"site":"a","site":"b"}', {}, 400, "malformed"),
    "a name twice, escaped": (b'{"site":"a","\\u0073ite":"b"}', {}, 400, "malformed"),
    "a name twice, inside": (b'{"product":{"url":"a","url":"b"}}', {}, 400, "malformed"),
    "NaN": (b'{"a":NaN}', {}, 400, "malformed"),
    "Infinity": (b'{"a":-Infinity}', {}, 400, "malformed"),
    "NUL, escaped": (b'{"a":"\\u0000"}', {}, 400, "malformed"),
    "NUL in a name": (b'{"\\u0000":1}', {}, 400, "malformed"),
    "NUL, raw": (b'{"a":"\x00"}', {}, 400, "malformed"),
    "half a surrogate pair": (b'{"a":"\\ud83d"}', {}, 400, "malformed"),
    "the pair in the wrong order": (b'{"a":"\\ude00\\ud83d"}', {}, 400, "malformed"),
    "half a pair, deep in a list": (b'{"a":[[[{"b":["\\udc00"]}]]]}', {}, 400, "malformed"),
    "bad UTF-8": (b'{"a":"\xff\xfe"}', {}, 400, "malformed"),
    "a surrogate in UTF-8": (b'{"a":"\xed\xa0\x80"}', {}, 400, "malformed"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), {}, 400, "malformed"),
    "a byte order mark": (b'\xef\xbb\xbf{"a":1}', {}, 400, "malformed"),
    "nothing": (b"", {}, 400, "malformed"),
    "a list": (b"[]", {}, 400, "malformed"),
    "a text": (b'"site"', {}, 400, "malformed"),
    "null": (b"null", {}, 400, "malformed"),
    "a number of 5,000 digits": (b'{"a":' + b"9" * 5000 + b"}", {}, 400, "malformed"),
    "half an object": (b'{"site":"a"', {}, 400, "malformed"),
    "two objects": (b"{}{}", {}, 400, "malformed"),
    "single quotes": (b"{'a':1}", {}, 400, "malformed"),
    "a comment": (b'{"a":1/*x*/}', {}, 400, "malformed"),
    "10,000 names, none of ours": (json.dumps(dict.fromkeys((str(n) for n in range(2500)), 1)).encode(), {}, 422, "shape"),
}


@pytest.mark.parametrize("path", ["/v1/likes", "/v1/answers", "/v1/orders"])
@pytest.mark.parametrize(("raw", "headers", "status", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_is_refused_with_a_reason(any_door, path, raw, headers, status, reason):
    refused(sent(any_door.url, "POST", path, raw, HEADERS | headers), status, reason)


def test_ten_thousand_names_beside_ours_are_left_aside_or_too_big(any_door):
    many = {f"{n:x}": 1 for n in range(10_000)}
    refused(any_door.post("/v1/likes", any_door.body() | many), 413, "size")
    taken(any_door.post("/v1/likes", any_door.body() | dict(list(many.items())[:2000])))


def test_real_pairs_and_odd_letters_are_text_like_any_other(door):
    title = "🪔 Lampe «Ü» \u202e مصباح 電灯 \x7f \t"
    door.press(product=LAMP | {"title": title})
    assert [line.title for line in door.showings("lamp-1")] == [title]


# Wrong types for every field, found in the schemas.

WRONG = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1.5,
    1e300,
    10**30,
    "",
    " ",
    "x",
    "x" * 3000,
    "\t",
    "{}",
    [],
    [[]],
    ["a"],
    [None],
    {},
    {"a": {}},
    "0b9d1c1e-0000-4000-8000-00000000000",
    "ı" * 32,
    "http://",
    "9" * 30,
    "-0",
    "\u202e",
    [1] * 300,
    {"": ""},
)


CALLS = bodies("site", new_id())


def paths(schema: Schema, above: tuple = ()) -> Iterator[tuple]:
    """Where every field of a schema stands: ("product", "price"), ("items", 0, "key")."""
    for name, field in schema.fields.items():
        yield (*above, name)
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from paths(inner.schema, (*above, name, 0) if inner is not field else (*above, name))


def replaced(body: dict, path: tuple, value) -> dict:
    changed = json.loads(json.dumps(body))
    here = changed
    for part in path[:-1]:
        here = here.setdefault(part, {}) if isinstance(here, dict) else here[part]
    here[path[-1]] = value
    return changed


EVERY_FIELD = [(call, path) for call, (_, _, schema, _) in CALLS.items() for path in paths(schema)]


@pytest.mark.parametrize("keeper", ["sqlite", pytest.param("postgres", marks=pytest.mark.long)], indirect=True)
@pytest.mark.parametrize(("call", "path"), EVERY_FIELD, ids=[f"{call}, {'.'.join(map(str, path))}" for call, path in EVERY_FIELD])
def test_a_field_of_a_wrong_type_is_named(door, call, path):
    method, address, _, body = bodies(door.site, door.press()["id"])[call]
    for value in WRONG:
        answer = door.by_api(method, address, replaced(body, path, value))
        assert answer.status < 500, f"{value!r}: {answer}"
        if answer.status == 422:
            dotted = ".".join(str(part) for part in path)
            assert any(
                name.startswith(dotted.rpartition(".")[0] if name != "body" else "body") for name in answer.json["errors"]
            ), value


STRICT = {
    "done, a number": ("answers", ("done",), 1),
    "done, a text": ("answers", ("done",), "true"),
    "version, a text": ("answers", ("version",), "1"),
    "version, a fraction": ("shown", ("version",), 1.0),
    "version, yes": ("shown", ("version",), True),
    "position, a text": ("likes", ("context", "position"), "1"),
    "title, a number": ("likes", ("product", "title"), 5),
    "key, a number": ("likes", ("product", "key"), 5),
    "title, null": ("likes", ("product", "title"), None),
    "price, a number": ("likes", ("product", "price"), 19.99),
    "id, without dashes": ("likes", ("id",), "0b9d1c1e000040008000000000000000"),
    "id, in braces": ("likes", ("id",), f"{{{new_id()}}}"),
    "visitor, capitals": ("likes", ("visitor",), ADA.upper()),
    "visitor, short": ("likes", ("visitor",), ADA[:-1]),
    "visitor, with a line end": ("likes", ("visitor",), ADA + "\n"),
    "source, another": ("likes", ("source",), "fax"),
    "event, another": ("shown", ("event",), "closed"),
    "availability": ("likes", ("product", "availability"), "InStock"),
    "image, script": ("likes", ("product", "image"), "javascript:alert(1)"),
    "image, data": ("likes", ("product", "image"), "data:image/png,x"),
    "url, relative": ("likes", ("product", "url"), "/lamp"),
    "page, user name": ("likes", ("page", "url"), "https://a@shop.test/"),
    "title, long": ("likes", ("product", "title"), "x" * 301),
    "key, long": ("likes", ("product", "key"), "k" * 201),
    "key, empty": ("likes", ("product", "key"), ""),
    "referrer, long": ("likes", ("page", "referrer"), "x" * 2001),
}


@pytest.mark.parametrize(("call", "path", "value"), STRICT.values(), ids=STRICT)
def test_the_wire_takes_no_near_misses(any_door, call, path, value):
    method, address, _, body = bodies(any_door.site, any_door.press()["id"])[call]
    told = refused(any_door.by_api(method, address, replaced(body, path, value)), 422, "shape")
    assert list(told["errors"]) == [".".join(path)]


# S4: what could be read as a program is text.

PAYLOADS = (
    "' OR '1'='1",
    "'; DROP TABLE likes; --",
    '" OR ""="',
    "1; SELECT pg_sleep(30)--",
    "') UNION SELECT key FROM sites--",
    "\\'; --",
    "{{7*7}}",
    "{{config}}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "%s%n%(site)s{0}",
    "$(sleep 30)",
    "`sleep 30`",
    "../../../etc/passwd",
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "%00",
    ":site_id",
    "?",
    "*",
    "\r\nSet-Cookie: a=b",
)


COUNTED_LATER = ("drops", "button_sightings", "tallies", "people_sums", "product_sums", "site_sums", "answer_sums")


def everything_of(door: Door) -> dict[str, int]:
    """How many rows each table holds of this site."""
    found = {}
    for table in tables.metadata.sorted_tables:
        if "site_id" in table.c and table.name not in COUNTED_LATER:
            count = sa.select(sa.func.count()).select_from(table).where(table.c.site_id == door.known.id)
            found[table.name] = door.read(lambda tx, count=count: tx.scalar(count))
    return found


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_program_in_a_text_field_is_kept_as_text(keeper, payload):
    witness, door = keeper.open(), keeper.open()
    witness.press()
    before = everything_of(witness)
    texts = dict.fromkeys(("key", "title", "category", "brand", "sku"), payload)
    body = door.body(
        product=LAMP | texts,
        page={"url": LAMP["url"], "title": payload, "referrer": payload},
        context={"locale": payload, "placement": payload},
    )
    taken(door.post("/v1/likes", body))
    [line] = door.showings(payload)
    assert (line.title, line.category, line.brand, line.sku) == (payload,) * 4
    [row] = door.rows(tables.likes)
    assert (row.page_title, row.referrer, row.locale, row.placement) == (payload,) * 4
    assert door.counts(payload, "x") == {payload: 1, "x": 0}
    assert everything_of(witness) == before


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_program_in_an_address_or_a_header_does_nothing(keeper, payload):
    witness = keeper.open()
    witness.press()
    before, safe = everything_of(witness), quote(payload, safe="")
    plain = payload.replace("\r\n", " ")
    answered = [
        witness.send("GET", f"/v1/counts?site={safe}&products=a"),
        witness.send("GET", f"/v1/counts?site={witness.site}&products={safe}&{safe}={safe}"),
        witness.send("DELETE", f"/v1/likes/{safe}?site={witness.site}", {"visitor": ADA}),
        witness.send("DELETE", f"/v1/likes/{new_id()}?site={safe}", {"visitor": ADA}),
        witness.send("PUT", f"/v1/answers/{safe}?site={safe}", {"visitor": ADA, "answers": {}}),
        witness.post("/v1/likes", witness.body(site=payload)),
        witness.post("/v1/likes", witness.body(), origin=plain),
        witness.post("/v1/likes", witness.body(), origin=None, Authorization=f"Bearer {plain}"),
        witness.post("/v1/likes", witness.body(), Content_Type=plain),
        witness.send("GET", f"/static/widget/{safe}"),
    ]
    assert [str(answer) for answer in answered if answer.status >= 500] == []
    headers = {
        "X_Forwarded_For": plain,
        "Referer": plain,
        "Accept_Language": plain,
        "If_None_Match": plain,
        "X_Request_Id": plain,
    }
    told = taken(witness.post("/v1/mine", {"site": witness.site, "visitor": ADA, "products": [payload]}, **headers))
    assert told == {"likes": {}} and everything_of(witness) == before


@pytest.mark.parametrize(
    "path",
    [
        "/v1/counts?site=%00&products=a",
        "/v1/likes/0b9d1c1e-0000-4000-8000-000000000000?site=%00",
        "/v1/answers/0b9d1c1e-0000-4000-8000-000000000000?site=a%00b",
        "/admin/sites/%00/endorsements",
        "/admin/sign-in/%00",
    ],
)
def test_nul_in_an_address_is_nothing_that_is_there(door, path):
    method = {"c": "GET", "l": "DELETE", "a": "PUT"}.get(path[4], "GET") if path.startswith("/v1") else "GET"
    answer = door.send(method, path, None if method == "GET" else {"visitor": ADA, "answers": {}}, Accept="application/json")
    assert 300 <= answer.status < 500, str(answer)

"""The OpenAPI of the public faces, made from the schemas that check them, so that it cannot say anything else."""

from collections.abc import Iterable
from functools import cache
from http import HTTPStatus

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from afterlike.wire import WireSchema

INFO = {
    "description": "What the widget, the extension and shops' servers send. Bodies are JSON as application/json or text/plain."
}
REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
LOOKS = (304, 404, 422, 503)


class Problem(WireSchema):
    """RFC 9457; `reason` is what the collector counts, `errors` maps the path of a field to what is wrong with it."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    reason = fields.String(required=True)
    errors = fields.Dict(keys=fields.String(), values=fields.String())
    retry_after = fields.Integer()


def described(faces: Iterable, *, version: str) -> dict:
    """The document for all faces whose view carries `openapi` {summary, body?, query?, path?, gives, refusals?, status}."""
    spec = APISpec("Afterlike collector", version, "3.0.3", info=INFO, plugins=[MarshmallowPlugin(schema_name_resolver=_name)])
    spec.components.security_scheme("api_key", {"type": "http", "scheme": "bearer"})
    for face in faces:
        if said := getattr(face.view, "openapi", None):
            spec.path(path=_path(face.path), operations={face.method.lower(): _operation(face, said)})
    return spec.to_dict()


@cache
def _name(schema) -> str | None:
    return (schema if isinstance(schema, type) else type(schema)).__name__


def _path(rule: str) -> str:
    """A signed like stands where other methods have an id; OpenAPI knows one path of one form."""
    return rule.replace("<id>", "{id}").replace("<signed>", "{id}")


def _operation(face, said: dict) -> dict:
    told = {"summary": said["summary"], "operationId": face.view.__name__, "parameters": _parameters(face, said)}
    told["responses"] = {str(said["status"]): _content(said["gives"], "application/json", "As asked")}
    for status in said.get("refusals", REFUSALS if "body" in said else LOOKS):
        told["responses"][str(status)] = (
            {"description": "Not modified"}
            if status == 304
            else _content(Problem(), "application/problem+json", HTTPStatus(status).phrase)
        )
    if "body" in said:
        told["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": said["body"]} for kind in ("application/json", "text/plain")},
        }
        told["security"] = [{}, {"api_key": []}]
    elif 401 in said.get("refusals", ()):
        told["security"] = [{"api_key": []}]
    return told


def _parameters(face, said: dict) -> list:
    found = [{"in": "query", "schema": type(said["query"])}] if "query" in said else []
    text = {"type": "string"}
    if "path" in said:
        found.append({"in": "path", "name": "id", "required": True, "schema": text, "description": said["path"]})
    if "<id>" in face.path:
        found += [{"in": "path", "name": "id", "required": True, "schema": text | {"format": "uuid"}},
                  {"in": "query", "name": "site", "required": True, "schema": text}]
    return found


def _content(schema: Schema, kind: str, words: str) -> dict:
    return {"description": words, "content": {kind: {"schema": schema}}}

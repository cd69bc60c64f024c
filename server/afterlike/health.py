"""Is it alive, is it ready, how is it doing: for balancers, supervisors and Prometheus."""

import hmac
import os

import prometheus_client
import sqlalchemy as sa
from flask import Response, request
from prometheus_client import multiprocess

from afterlike import tables
from afterlike.errors import NotFound
from afterlike.web import answer, from_this_machine, house


def healthz() -> Response:
    """The process answers."""
    return answer({"status": "ok"})


def readyz() -> Response:
    """The database answers and has our tables; 503 otherwise."""
    with house().db.read() as tx:
        tx.execute(sa.select(tables.sites.c.id).limit(1))
    return answer({"status": "ready"})


def is_right(token: str) -> bool:
    return hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())


def metrics() -> Response:
    """Prometheus' text, for this machine or for who has the token; for others it is not there."""
    token = house().config.metrics_token
    if not (from_this_machine(request) or (token and is_right(token))):
        raise NotFound()
    registry = prometheus_client.REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = prometheus_client.CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
    return Response(prometheus_client.generate_latest(registry), mimetype="text/plain")

"""Durable likes a second, as a share of what a bare Flask endpoint does under the same gunicorn in the same run.

    make bench && .venv/bin/python benchmarks/like.py [--seconds 8] [--rounds 3] [--database postgresql://…]

Everything is on: screening, limits, marshmallow, journal, next step, metrics, background work, SQLite with
synchronous=FULL. Rounds alternate between the two servers, because two shared cores drift; the table shows medians.
"""

import argparse
import json
import os
import re
import secrets
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
ORIGIN = "https://shop.test"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GUNICORN = [sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread", "-w", "1", "--threads", "16",
            "--keep-alive", "15", "--worker-connections", "1000", "--log-level", "warning"]

BARE = """
from flask import Flask, request
app = Flask(__name__)

@app.post("/v1/likes")
def like():
    request.get_data()
    return {"id": "x", "liked": True, "count": 1}

@app.get("/readyz")
def readyz():
    return {"status": "ready"}
"""

LUA = """
local site, origin, agent = "%(site)s", "%(origin)s", "%(agent)s"
local function hex(n)
  local out = {}
  for i = 1, n do out[i] = string.format("%%x", math.random(0, 15)) end
  return table.concat(out)
end
function init(args) math.randomseed(%(seed)d + tonumber(tostring({}):sub(-5), 16)) end
function request()
  local h, n = hex(32), math.random(1, 200)
  local id = h:sub(1,8).."-"..h:sub(9,12).."-4"..h:sub(14,16).."-8"..h:sub(18,20).."-"..h:sub(21,32)
  local body = string.format('{"site":"%%s","id":"%%s","visitor":"%%s","source":"widget","product":{"key":"sku-%%d",' ..
    '"url":"%%s/p/%%d","title":"Product number %%d","image":"%%s/i/%%d.jpg","price":"19.99","currency":"EUR",' ..
    '"category":"Mugs","availability":"in_stock"},' ..
    '"page":{"url":"%%s/p/%%d","title":"Product number %%d","referrer":"https://search.example/"},' ..
    '"context":{"locale":"en-GB","placement":"title","position":0,"dwell_ms":5300}}',
    site, id, hex(32), n, origin, n, n, origin, n, origin, n, n)
  local headers = {["Content-Type"]="text/plain;charset=UTF-8", ["Origin"]=origin, ["User-Agent"]=agent}
  return wrk.format("POST", "/v1/likes", headers, body)
end
function done(summary, latency, requests)
  io.write(string.format("RESULT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, summary.errors.status,
    latency:percentile(50), latency:percentile(99)))
end
"""


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def started(command: list[str], port: int, **environment: str) -> subprocess.Popen:
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1).close()
            return process
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"{command} does not answer on port {port}")


def cpu_seconds(pid: int) -> float:
    """User and system seconds of a process and its children, from /proc."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def load(port: int, pid: int, script: Path, connections: int, seconds: int) -> dict:
    before = cpu_seconds(pid)
    said = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(script), f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, check=True,
    ).stdout
    requests, micros, errors, p50, p99 = map(int, re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", said).groups())
    if errors:
        raise SystemExit(f"{errors} of {requests} were refused; nothing is measured:\n{said}")
    return {
        "rate": requests / micros * 1e6,
        "p50": p50 / 1000,
        "p99": p99 / 1000,
        "cpu": (cpu_seconds(pid) - before) / requests * 1e6,
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--seconds", type=int, default=8)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--database", default="")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="afterlike-bench-") as folder:
        measure(Path(folder), options)


def measure(folder: Path, options) -> None:
    ours, bare = free_port(), free_port()
    settings = {
        "AFTERLIKE_HOME": str(folder), "AFTERLIKE_BIND": f"127.0.0.1:{ours}", "AFTERLIKE_WORKERS": "1", "AFTERLIKE_THREADS": "16",
        "AFTERLIKE_DATABASE_URL": options.database,
        "PYTHONPATH": str(HERE.parent / "server"),
    }
    afterlike = [sys.executable, "-m", "afterlike"]
    made = subprocess.run([*afterlike, "init", "--name", "Bench", "--origin", ORIGIN, "--admin", "ada@shop.test", "--json"],
                          env=os.environ | settings, capture_output=True, text=True, check=True)
    (folder / "bare.py").write_text(BARE)
    script = folder / "like.lua"
    script.write_text(
        LUA % {"site": json.loads(made.stdout)["site"], "origin": ORIGIN, "agent": AGENT, "seed": secrets.randbelow(10**6)}
    )
    servers = {
        "bare Flask": (bare, started([*GUNICORN, "-b", f"127.0.0.1:{bare}", "--chdir", str(folder), "bare:app"], bare)),
        "like": (ours, started([*afterlike, "serve"], ours, **settings)),
    }
    try:
        show(alternated(servers, script, options))
    finally:
        for _, process in servers.values():
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def alternated(servers: dict, script: Path, options) -> dict:
    found: dict[tuple[str, int], list[dict]] = {}
    for port, process in servers.values():
        load(port, process.pid, script, 16, 2)  # warm
    for _ in range(options.rounds):
        for connections in (16, 64):
            for name, (port, process) in servers.items():
                found.setdefault((name, connections), []).append(load(port, process.pid, script, connections, options.seconds))
    return found


def show(found: dict) -> None:
    print(f"{'':12} {'conn.':>5} {'a second':>9} {'share':>6} {'p50 ms':>7} {'p99 ms':>7} {'CPU µs':>7}")
    for connections in (16, 64):
        for name in ("bare Flask", "like"):
            rows = found[name, connections]
            rate, p50, p99, cpu = (statistics.median(row[key] for row in rows) for key in ("rate", "p50", "p99", "cpu"))
            share = statistics.median(
                one["rate"] / two["rate"] for one, two in zip(rows, found["bare Flask", connections], strict=True)
            )
            print(f"{name:12} {connections:5} {rate:9.0f} {share:6.2f} {p50:7.1f} {p99:7.1f} {cpu:7.0f}")


if __name__ == "__main__":
    main()

"""Does the time of an opt-in tell whose address it is? The same call for new, known, stopped and erased addresses, in turn.

    .venv/bin/python benchmarks/opt_in.py [--rounds 400]

Prints the median, the 90th percentile and the ratio of each median to that of new addresses, measured in one run; and how
far apart two halves of the *same* kind lie, which is the noise that a difference would have to rise above.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "server"), str(ROOT / "tests")]

from endorsers.town import Town, leave, open_town  # noqa: E402

from afterlike import endorsers, erasure  # noqa: E402
from parts.mail import SmtpPeer  # noqa: E402

KINDS = ("new", "known", "stopped", "erased")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, default=400)
    rounds = asked.parse_args().rounds
    peer = SmtpPeer()
    peer.start()
    with tempfile.TemporaryDirectory() as home:
        town = open_town(Path(home), f"sqlite:///{home}/afterlike.db", peer)
        settle(town)
        took = measured(town, rounds)
        leave(town)
    peer.close()
    told(took)


def settle(town: Town) -> None:
    """Somebody of each kind, on one site."""
    people = {kind: town.member(f"{kind}@people.test", f"{number:032x}") for number, kind in enumerate(KINDS) if kind != "new"}
    town.house.db.write(endorsers.stop, endorsers.Stop(people["stopped"].channel_id, "stop_page", town.now))
    erasure.erase(town.house, town.site.id, people["erased"].endorser_id, likes_too=False, method="me_page", actor="person")


def measured(town: Town, rounds: int) -> dict[str, list[float]]:
    """Milliseconds by kind; each round asks every kind once, in a new order, each time from a browser of its own."""
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for number in range(rounds + 20):
        for kind in random.sample(KINDS, len(KINDS)):
            visitor = f"{random.getrandbits(128):032x}"
            town.like(visitor)
            address = f"new{number}@people.test" if kind == "new" else f"{kind}@people.test"
            began = time.perf_counter()
            status = town.opt_in(address, visitor).status_code
            spent = (time.perf_counter() - began) * 1000
            assert status == 202
            if number >= 20:
                took[kind].append(spent)
    return took


def told(took: dict[str, list[float]]) -> None:
    base = statistics.median(took["new"])
    print(f"{'address':10}{'median ms':>10}{'p90 ms':>10}{'to new':>10}{'noise':>10}")
    for kind, times in took.items():
        halves = statistics.median(times[::2]) / statistics.median(times[1::2])
        p90 = statistics.quantiles(times, n=10)[-1]
        middle = statistics.median(times)
        print(f"{kind:10}{middle:10.2f}{p90:10.2f}{middle / base:10.3f}{abs(halves - 1):10.3f}")


if __name__ == "__main__":
    main()

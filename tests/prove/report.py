"""Times and mutants of all claims: ``cd tests; python -m prove.report [all]``."""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter

from likelihoodkit.prove import decide
from likelihoodkit.prove.zero import Reader
from prove.claims import CLAIMS, TRUE, mutants


def timed(claim):
    start = time.perf_counter()
    decision = decide(claim.left, claim.right, **claim.arguments)
    return decision, time.perf_counter() - start


def main(arguments: list[str]) -> int:
    times, wrong = [], 0
    for claim in CLAIMS:
        decision, seconds = timed(claim)
        times.append((seconds, claim.name))
        if decision.verdict != claim.verdict:
            wrong += 1
            print(f"WRONG {claim.name}: {decision.verdict} ({decision.reason}), expected {claim.verdict}")
        if claim.scale is not None and decision.scale is not None and decide_difference(claim.scale, decision.scale):
            print(f"SCALE {claim.name}: {decision.scale}, expected {claim.scale}")
    print(f"{len(CLAIMS)} claims, {wrong} wrong verdicts")
    print(f"median {statistics.median(t for t, _ in times):.3f} s, max {max(times)}")
    if "all" in arguments:
        counts: Counter[str] = Counter()
        slow = (0.0, "")
        for claim in TRUE:
            for child in mutants(claim):
                decision, seconds = timed(child)
                counts[decision.verdict] += 1
                slow = max(slow, (seconds, child.name))
                if decision.verdict == "proved":
                    print(f"WRONGLY PROVED {child.name}: c = {decision.scale}, b = {decision.constants}")
        print(f"mutants {dict(counts)}, slowest {slow}")
    return wrong


def decide_difference(one, two):
    return not Reader(dict.fromkeys(one.free_symbols | two.free_symbols, 0)).is_zero(one - two)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

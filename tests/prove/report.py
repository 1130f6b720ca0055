"""All claims and all their mutants, under four hash seeds: ``make proofs``, or ``python -m prove.report`` in tests/.

The suite tries a few mutants of every claim; this tries all twenty and prints counts and times. It fails if a verdict
is not the expected one, if a mutant is proved, or if the seeds disagree. ``python -m prove.report one`` is the part of
one seed.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from typing import Any

from likelihoodkit.prove import Decision
from prove.claims import Claim
from prove.mutants import mutants

SEEDS = (0, 1, 2, 3)


def timed(claim: Claim) -> tuple[Decision, float]:
    start = time.process_time()  # of this process: how busy the machine is, is no matter of the claim
    decision = claim.decision
    return decision, time.process_time() - start


def one() -> dict[str, Any]:
    """The verdicts and times of this process."""
    from prove.test_claims import CLAIMS, HARD, TRUE

    answer: dict[str, Any] = {"verdicts": {}, "mutants": {}, "wrong": [], "times": [], "mutant_times": []}
    for claim in CLAIMS:
        decision, seconds = timed(claim)
        answer["verdicts"][claim.name] = [decision.verdict, str(decision.scale)]
        answer["times"].append([seconds, claim.name])
        if decision.verdict != claim.verdict:
            answer["wrong"].append(f"{claim.name}: {decision.verdict} ({decision.reason}), expected {claim.verdict}")
    for claim in TRUE:
        for child in mutants(claim):
            decision, seconds = timed(child)
            answer["mutants"][child.name] = decision.verdict
            answer["mutant_times"].append([seconds, child.name])
            if decision.verdict == "proved":
                answer["wrong"].append(f"{child.name}: proved with c = {decision.scale}, b = {decision.constants}")
    answer["true"], answer["hard"] = len(TRUE), len(HARD)
    return answer


def summary(answers: list[dict[str, Any]]) -> list[str]:
    first = answers[0]
    lines = [
        f"claims            {len(first['verdicts'])}: {dict(Counter(v for v, _ in first['verdicts'].values()))}",
        f"true, undecided   {first['hard']} of {first['true'] + first['hard']}",
        f"mutants           {len(first['mutants'])}: {dict(Counter(first['mutants'].values()))}",
    ]
    for what in ("times", "mutant_times"):
        seconds = [row[0] for answer in answers for row in answer[what]]
        slowest = max(row for answer in answers for row in answer[what])
        lines.append(f"{what:<17} median {statistics.median(seconds):.4f} s, slowest {slowest[0]:.2f} s ({slowest[1]})")
    return lines


def main() -> int:
    if sys.argv[1:] == ["one"]:
        json.dump(one(), sys.stdout)
        return 0
    command = [sys.executable, "-m", "prove.report", "one"]
    runs = []
    for pair in (SEEDS[:2], SEEDS[2:]):  # two at a time
        places = [{**os.environ, "PYTHONHASHSEED": str(seed)} for seed in pair]
        started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=place) for place in places]
        runs += [json.loads(process.communicate()[0]) for process in started]
    wrong = sorted({line for answer in runs for line in answer["wrong"]})
    unlike = [answer for answer in runs[1:] if any(answer[k] != runs[0][k] for k in ("verdicts", "mutants"))]
    print("\n".join([*summary(runs), *(f"WRONG {line}" for line in wrong)]))
    print(f"hash seeds        {len(SEEDS)}, {'all alike' if not unlike else f'{len(unlike)} differ from the first'}")
    return 1 if wrong or unlike else 0


if __name__ == "__main__":
    raise SystemExit(main())

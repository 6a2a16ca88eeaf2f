"""`python -m tests.bench.matching`: the solver beside other ways, in ratios of one run. Needs requirements/bench.txt.

Every solver runs in a process of its own with a time limit; memory is that process's peak. Ratios are against ours: for
placed higher is better, for harm lower, for time lower. Rules: how many the seating breaks.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace

from projects.matching import (
    BadInstance,
    Clash,
    Instance,
    Project,
    Proposal,
    Settings,
    Student,
    broken,
    figures,
    repair,
    seated,
    solve,
    stable,
)
from tests.bench import others
from tests.bench.rounds import made_up, with_every_rule

SIZES = ("100x20", "500x21", "1000x200", "10000x2000", "100x20+", "1000x200+", "10000x2000+")
LINE = "{:13}{:11}{:>8}{:>8}{:>7}{:>7}{:>6}  {:9}{:>8}{:>7}{:>9}{:>9}{:>9}\n"
HEAD = (
    "round",
    "solver",
    "placed",
    "harm",
    "fit",
    "alike",
    "rules",
    "optimum",
    "seconds",
    "MB",
    "placed/x",
    "harm/x",
    "time/x",
)


def ours(instance: Instance, _seconds: float) -> Proposal:
    return solve(instance)


def deferred(instance: Instance, _seconds: float) -> Proposal:
    return stable(instance)


def mending(instance: Instance, _seconds: float) -> Proposal:
    """After every fiftieth student of a finished round left."""
    before = others.by_arrival(instance, 0)
    left = tuple(student for student in instance.students if student.id % 50)
    return repair(replace(instance, students=left, friends=(), locked=frozenset()), before)


SOLVERS = {
    "ours": ours,
    "stable": deferred,
    "repair": mending,
    "arrival": others.by_arrival,
    "matching": others.package_matching,
    "milp": others.scipy_milp,
}


def round_of(size: str, seconds: float) -> Instance:
    students, projects = map(int, size.rstrip("+").split("x"))
    plain = made_up(students, projects, settings=Settings(seconds=seconds))
    return with_every_rule(plain) if size.endswith("+") else plain


def measure(size: str, solver: str, seconds: float) -> dict:
    """In the child: one answer and what it took."""
    instance = round_of(size, seconds)
    began = time.monotonic()
    answer = SOLVERS[solver](instance, seconds)
    took = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    proposal = answer if isinstance(answer, Proposal) else seated(instance, answer)
    if solver == "repair":
        return {"seconds": took, "mb": peak, "optimum": optimum(proposal)}
    told = figures(instance, proposal)
    return {
        "placed": told.placed,
        "harm": told.harm,
        "fit": told.fit,
        "alike": told.alike,
        "rules": len(broken(instance, proposal.seats)),
        "optimum": optimum(proposal),
        "seconds": took,
        "mb": peak,
    }


def optimum(proposal: Proposal) -> str:
    """Which share of the value the widest gap is, of the goals before mixing; and whether mixing was proven too."""
    goals = [stage for stage in proposal.stages if stage.name != "mixing"]
    if not goals:
        return ""
    if all(stage.proven for stage in proposal.stages):
        return "proven"
    return "proven*" if all(stage.proven for stage in goals) else f"{max(stage.gap for stage in goals):.2%}"


def child(size: str, solver: str, seconds: float) -> dict:
    command = [sys.executable, "-m", "tests.bench.matching", "--one", size, solver, "--seconds", str(seconds)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds * 1.5 + 30, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"no answer in {seconds * 1.5 + 30:.0f} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["died"])[-1][:70]}
    return json.loads(done.stdout.splitlines()[-1])


def line(size: str, solver: str, told: dict, mine: dict) -> str:
    if "failed" in told:
        return f"{size:13}{solver:11}  {told['failed']}\n"
    ratios = [
        f"{told[key] / mine[key]:.3f}" if key in told and mine.get(key) else "" for key in ("placed", "harm", "seconds")
    ]
    shown = [told.get(key, "") for key in ("placed", "harm", "fit", "alike", "rules")]
    return LINE.format(size, solver, *shown, told["optimum"], f"{told['seconds']:.2f}", f"{told['mb']:.0f}", *ratios)


def odd_rounds() -> dict:
    """Rounds that must end in a clear answer."""
    large = made_up(10_000, 2000)
    first = frozenset((student.id, student.ranking[0][0]) for student in large.students[:200])
    nine = tuple(replace(project, minimum=9, maximum=9) for project in made_up(1000, 200).projects)
    hopeless = tuple(replace(project, minimum=1001, maximum=1001) for project in nine)
    crowd = tuple(Student(n, 4, "Media", ranking=((1,),)) for n in range(1000))
    must = tuple(replace(p, must_run=True, minimum=min(4, p.maximum)) for p in made_up(500, 200).projects)
    return {
        "nothing at all": lambda: Instance((), ()),
        "one student": lambda: Instance(crowd[:1], (Project(1, 1, 4),)),
        "minimum nobody reaches": lambda: replace(made_up(1000, 200), projects=hopeless),
        "nine or none, 1000x200": lambda: replace(made_up(1000, 200), projects=nine),
        "1000 want one project": lambda: Instance(crowd, (Project(1, 2, 5), Project(2, 2, 5))),
        "200 locks at 10000x2000": lambda: replace(large, locked=first),
        "200 must run, 500 students": lambda: replace(made_up(500, 200), projects=must),
        "students twice": lambda: Instance(crowd + crowd, (Project(1, 2, 5),)),
    }


def answer_to(make) -> str:
    try:
        answer = solve(make())
    except BadInstance as refused:
        return f"refused: {len(refused.problems)} problems"
    if isinstance(answer, Clash):
        sort = "smallest clash" if answer.smallest else "clash"
        return f"{sort}: {', '.join(rule.kind for rule in answer.rules)}"
    return f"placed {len(answer.seats)}, {'proven' if answer.proven else 'not proven'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("SIZE", "SOLVER"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--sizes", nargs="*", default=SIZES)
    asked = parser.parse_args()
    if asked.one:
        sys.stdout.write(json.dumps(measure(*asked.one, asked.seconds)) + "\n")
        return
    sys.stdout.write(LINE.format(*HEAD))
    for size in asked.sizes:
        mine = child(size, "ours", asked.seconds)
        for solver in SOLVERS:
            if size.endswith("+") and solver in ("arrival", "matching"):
                continue  # they know none of these rules
            told = mine if solver == "ours" else child(size, solver, asked.seconds)
            sys.stdout.write(line(size, solver, told, mine))
            sys.stdout.flush()
    for name, make in odd_rounds().items():
        began = time.monotonic()
        told = answer_to(make)
        sys.stdout.write(f"{name:28}{time.monotonic() - began:7.2f} s  {told}\n")


if __name__ == "__main__":
    main()

"""A random walk over a challenge and its assignments: whatever anybody tries, the invariants hold.

What each verb is allowed to is written down here once more, apart from the code's permissions.
"""

from types import SimpleNamespace

from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from challenges import services
from challenges.models import Assignment, Challenge
from challenges.workflow import ASSIGNMENT, CHALLENGE, AssignmentStatus, ChallengeStatus
from modules.models import LearningGoal
from oil_portal.core.models import TimelineEntry
from oil_portal.core.workflow import Refusal
from partners.models import Partner, User
from tests import factories as f

DETAILS = {"theme": "energy", "location": "lab"}
TEXT = {"summary": "Zonder gat.", "text": "Jullie bouwen.", "level": 4, "hours": 80}
STAFF, OWNER, TEACHERS = {"broker", "admin"}, {"contact"}, {"teacher", "other_teacher"}
ALLOWED = {
    "write": OWNER,
    "edit": OWNER | {"admin"},
    "submit": OWNER | {"admin"},
    "withdraw": OWNER | {"admin"},
    "accept": STAFF,
    "return": STAFF,
    "decline": STAFF,
    "assign": STAFF,
    "claim": TEACHERS,
    "settle": TEACHERS,
    "translate": TEACHERS | {"admin"},
    "rewrite": TEACHERS | {"admin"},
    "link": TEACHERS | {"admin"},
    "unlink": TEACHERS | {"admin"},
    "send": TEACHERS | {"admin"},
    "revise": TEACHERS | {"admin"},
    "agree": OWNER | {"admin"},
    "ask_change": OWNER | {"admin"},
}
TRANSLATORS_ONLY = {"translate", "rewrite", "link", "unlink", "send", "revise"}
ACTORS = ("contact", "other_contact", "teacher", "other_teacher", "student", "broker", "admin", "newcomer")
# The walk takes the usual road, tries the doors that matter most, and sometimes any door at all.
ROAD = (
    ("broker", "return"), ("contact", "submit"), ("broker", "accept"), ("teacher", "claim"), ("teacher", "translate"),
    ("teacher", "link"), ("teacher", "send"), ("contact", "agree"), ("teacher", "settle"), ("teacher", "revise"),
    ("contact", "edit"),
)  # fmt: skip
DOORS = st.tuples(
    st.sampled_from(("contact", "teacher", "admin")),
    st.sampled_from(("edit", "rewrite", "link", "unlink", "agree", "ask_change", "send")),
)
ANYBODY = st.tuples(st.sampled_from(ACTORS), st.sampled_from(sorted(ALLOWED)))
STEPS = st.one_of(st.sampled_from(ROAD), DOORS, ANYBODY)


class Walk(TestCase):
    """Each example starts from the same region and one question, and is rolled back."""

    @classmethod
    def setUpTestData(cls) -> None:
        company, school = f.PartnerFactory(), f.PartnerFactory(school=True)
        people = {
            "contact": f.UserFactory(contact=company),
            "other_contact": f.UserFactory(contact=f.PartnerFactory()),
            "teacher": f.UserFactory(teacher=school),
            "other_teacher": f.UserFactory(teacher=school),
            "student": f.UserFactory(student=school),
            "broker": f.UserFactory(broker=f.PartnerFactory(network=True)),
            "admin": f.UserFactory(is_superuser=True),
            "newcomer": f.UserFactory(),
        }
        cls.ids = {name: user.pk for name, user in people.items()}
        cls.company_id = company.pk
        cls.goal_ids = [goal.pk for goal in f.LearningGoalFactory.create_batch(3)]
        cls.challenge_id = f.ChallengeFactory(partner=company, contact=people["contact"]).pk

    # Shrinking a walk through a database takes minutes and the steps read well without it.
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )
    @given(start=st.integers(0, len(ROAD)), steps=st.lists(STEPS, min_size=5, max_size=25), data=st.data())
    def test_invariants(self, start, steps, data):
        signed: dict[tuple[int, int], dict] = {}
        for role, verb in [*ROAD[:start], *steps]:
            before, entries = snapshot(), TimelineEntry.objects.count()
            translators = set(Challenge.objects.values_list("translator", flat=True))
            done = self.attempt(role, verb, data)
            after, new = snapshot(), TimelineEntry.objects.order_by("-pk")[: TimelineEntry.objects.count() - entries]
            self.check_statuses(before, after, verb)
            self.check_permission(role, verb, before != after, translators)
            self.check_timeline(before, after, new, role, done)
            self.check_signatures(after, signed)

    # --- One step ---
    def attempt(self, role: str, verb: str, data) -> bool:
        """Let somebody try a verb on the challenge and its newest assignment; whether it was not refused."""
        actor = User.objects.get(pk=self.ids[role])
        world = SimpleNamespace(
            challenge=Challenge.objects.get(pk=self.challenge_id),
            assignment=Assignment.objects.order_by("-pk").first(),
            goal=LearningGoal.objects.get(pk=data.draw(st.sampled_from(self.goal_ids))),
            # Somebody else: a teacher who names themselves claims.
            teacher=User.objects.get(pk=self.ids[data.draw(st.sampled_from(sorted(TEACHERS - {role})))]),
            text=data.draw(st.sampled_from(["Een", "Twee", "Drie"])),
            remark=data.draw(st.sampled_from(["", "Vertel meer."])),
            company=Partner.objects.get(pk=self.company_id),
            statuses=data.draw(st.sets(st.sampled_from(["open", "running", "completed", "cancelled"]))),
        )
        try:
            perform(verb, actor, world)
        except (PermissionDenied, Refusal, ValidationError):
            return False
        return True

    # --- The invariants ---
    def check_statuses(self, before: dict, after: dict, verb: str) -> None:
        for key, state in after.items():
            kind, flow = key[0], CHALLENGE if key[0] == "challenge" else ASSIGNMENT
            assert state["status"] in (ChallengeStatus if kind == "challenge" else AssignmentStatus).values
            old = before.get(key, {}).get("status", "submitted" if kind == "challenge" else "draft")
            if old != state["status"]:
                ways = [way for way in flow.transitions if old in way.sources and way.target == state["status"]]
                assert any(way.action == verb or (verb == "settle" and way.system) for way in ways), (key, old, verb)

    def check_permission(self, role: str, verb: str, changed: bool, translators: set) -> None:
        if changed:
            assert role in ALLOWED[verb], (role, verb)
            if verb in TRANSLATORS_ONLY and role != "admin":
                assert self.ids[role] in translators, (role, verb)

    def check_timeline(self, before: dict, after: dict, new, role: str, done: bool) -> None:
        if not done:
            assert before == after
            assert not new
        touched = {key for key in after if before.get(key) != after[key]}
        told = {(entry.content_type.model, entry.object_id) for entry in new}
        assert touched == told
        assert all(entry.actor_id == self.ids[role] for entry in new)

    def check_signatures(self, after: dict, signed: dict) -> None:
        """What was signed stays as it was signed, for as long as it bears that version."""
        for key, state in after.items():
            if key[0] != "assignment":
                continue
            version = (key[1], state["version"])
            text = {name: state[name] for name in ("title", "summary", "text", "result", "level", "hours", "goals")}
            if state["status"] == "agreed":
                assert state["agreed_by_id"] in (self.ids["contact"], self.ids["admin"])
                signed.setdefault(version, text)
            else:
                assert state["agreed_by_id"] is None
                assert version not in signed
            assert signed.get(version, text) == text


def snapshot() -> dict:
    """Every challenge and assignment as it stands, by (model, pk)."""
    fields = [field.attname for field in Challenge._meta.concrete_fields if field.name != "document"]
    found = {("challenge", row["id"]): row for row in Challenge.objects.values(*fields)}
    for row in Assignment.objects.values():
        found["assignment", row["id"]] = row | {"goals": []}
    for assignment, goal in Assignment.links.rel.related_model.objects.order_by("position", "pk").values_list(
        "assignment", "goal"
    ):
        found["assignment", assignment]["goals"].append(goal)
    return found


def perform(verb: str, actor: User, world: SimpleNamespace) -> None:
    """Call the service behind a verb; without an assignment the verbs for one are refused."""
    challenge, assignment, remark = world.challenge, world.assignment, world.remark
    on_challenge = {
        "write": lambda: services.hand_in(
            actor=actor, partner=world.company, title=world.text, question=world.text, **DETAILS
        ),
        "edit": lambda: services.edit_challenge(challenge=challenge, actor=actor, title=world.text),
        "submit": lambda: services.submit_challenge(challenge=challenge, actor=actor, remark=remark),
        "withdraw": lambda: services.withdraw_challenge(challenge=challenge, actor=actor, remark=remark),
        "accept": lambda: services.accept_challenge(challenge=challenge, actor=actor, remark=remark),
        "return": lambda: turn_down(challenge, actor, "return", remark),
        "decline": lambda: turn_down(challenge, actor, "decline", remark),
        "assign": lambda: services.assign_translator(challenge=challenge, actor=actor, translator=world.teacher),
        "claim": lambda: services.assign_translator(challenge=challenge, actor=actor, translator=actor),
        "translate": lambda: services.write_assignment(challenge=challenge, actor=actor, title=world.text, **TEXT),
        "settle": lambda: settle(challenge, actor, world.statuses),
    }
    on_assignment = {
        "rewrite": lambda: services.edit_assignment(assignment=assignment, actor=actor, text=world.text),
        "link": lambda: services.link_goal(assignment=assignment, goal=world.goal, actor=actor),
        "unlink": lambda: services.unlink_goal(assignment=assignment, goal=world.goal, actor=actor),
        "send": lambda: services.send_assignment(assignment=assignment, actor=actor, remark=remark),
        "revise": lambda: services.revise_assignment(assignment=assignment, actor=actor, remark=remark),
        "agree": lambda: answer(assignment, actor, "agree", remark),
        "ask_change": lambda: answer(assignment, actor, "ask_change", remark),
    }
    if verb in on_assignment and assignment is None:
        raise Refusal
    (on_challenge | on_assignment)[verb]()


def turn_down(challenge, actor, action, remark):
    services.turn_down_challenge(challenge=challenge, actor=actor, action=action, remark=remark)


def answer(assignment, actor, action, remark):
    services.answer_assignment(assignment=assignment, actor=actor, action=action, remark=remark)


def settle(challenge, actor, statuses):
    """As projects do it, for a teacher who leads them; the room above has seen to who that is."""
    if not {role for role, *_where in actor.memberships.values_list("role")} & {"teacher"}:
        raise PermissionDenied
    services.settle(challenge=challenge, statuses=statuses, actor=actor)

"""What a project copies of its challenge and its assignment, so that its own row and its own indexes know it.

`document` must know what nobody may find; lists are narrowed and weighed by theme, level and place, which would else be
looked up for each of thousands of projects. Triggers keep the copies, whoever changes the source.
"""

import pgtrigger

from challenges.models import Assignment, Challenge

COPIES = ("confidential", "host", "theme", "location", "level")
COPY = """
SELECT challenge.confidential, challenge.partner_id, challenge.theme, challenge.location, assignment.level
INTO NEW.confidential, NEW.host, NEW.theme, NEW.location, NEW.level
FROM challenges_assignment AS assignment
JOIN challenges_challenge AS challenge ON challenge.id = assignment.challenge_id
WHERE assignment.id = NEW.assignment_id;
IF NOT FOUND THEN
    NEW.confidential := true;
    NEW.theme := '';
    NEW.location := '';
END IF;
RETURN NEW;
"""
# Any of the copies is set, and the trigger of the project copies all.
OF_CHALLENGE = """
UPDATE projects_project SET confidential = NEW.confidential
WHERE assignment_id IN (SELECT id FROM challenges_assignment WHERE challenge_id = NEW.id);
RETURN NULL;
"""
OF_ASSIGNMENT = """
UPDATE projects_project SET level = NEW.level WHERE assignment_id = NEW.id;
RETURN NULL;
"""

copying = pgtrigger.Trigger(
    name="copy_challenge",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("assignment_id", *COPIES),
    func=COPY,
)


class AskedChallenge(Challenge):
    """A challenge as its projects see it: the trigger is theirs, since a challenge knows no projects."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="copy_to_projects",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("confidential", "partner_id", "theme", "location"),
                condition=pgtrigger.AnyChange("confidential", "partner", "theme", "location"),
                func=OF_CHALLENGE,
            )
        ]


class AgreedAssignment(Assignment):
    """An assignment as its projects see it."""

    class Meta:
        proxy = True
        triggers = [
            pgtrigger.Trigger(
                name="copy_to_projects",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("level", "challenge_id"),
                condition=pgtrigger.AnyChange("level", "challenge"),
                func=OF_ASSIGNMENT,
            )
        ]

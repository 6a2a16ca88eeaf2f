"""What a school says of somebody at log-in, read from OpenID Connect claims. Knows no Django.

SURFconext sends `schac_home_organization` and `eduperson_affiliation`; older connections and other federations use the
names of the SAML attributes. A value is a string or a list of strings, whatever the standard says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

ORGANIZATION = (
    "schac_home_organization", "schacHomeOrganization", "urn:mace:terena.org:attribute-def:schacHomeOrganization",
    "urn:schac:attribute-def:schacHomeOrganization", "urn:oid:1.3.6.1.4.1.25178.1.2.9",
)  # fmt: skip
AFFILIATION = (
    "eduperson_affiliation", "eduPersonAffiliation", "edu_person_affiliations", "edu_person_affiliation",
    "urn:mace:dir:attribute-def:eduPersonAffiliation", "urn:oid:1.3.6.1.4.1.5923.1.1.1.1",
)  # fmt: skip
STUDENT = frozenset({"student"})
TEACHER = frozenset({"employee", "faculty", "staff"})


@dataclass(frozen=True)
class Says:
    """The home organisation ("" for none or more than one) and the affiliations, in lower case."""

    organization: str
    affiliations: frozenset[str]

    @property
    def student(self) -> bool:
        return bool(self.affiliations & STUDENT)

    @property
    def teacher(self) -> bool:
        return bool(self.affiliations & TEACHER)

    def kept(self) -> dict[str, Any]:
        """What of it is kept with the account: no more than this."""
        return {"organization": self.organization, "affiliations": sorted(self.affiliations)}


def read(claims: dict[str, Any]) -> Says:
    """What the claims say, whatever they look like."""
    homes = set(_values(claims, ORGANIZATION))
    return Says(homes.pop() if len(homes) == 1 else "", frozenset(_values(claims, AFFILIATION)))


def read_kept(kept: Any) -> Says:
    """What was kept by `Says.kept`."""
    kept = kept if isinstance(kept, dict) else {}
    return Says(str(kept.get("organization", "")), frozenset(_values(kept, ("affiliations",))))


def address(claims: dict[str, Any]) -> tuple[str, bool]:
    """The e-mail address in lower case ("" for none), and whether the provider leaves it standing as proven.

    A provider that says nothing about proof is the school's own directory; one that says no is believed.
    """
    found = claims.get("email")
    found = found[0] if isinstance(found, list) and found else found
    email = found.strip().lower() if isinstance(found, str) and "\0" not in found else ""
    return email, str(claims.get("email_verified", True)).lower() not in ("false", "0", "none")


def _values(claims: dict[str, Any], names: Iterable[str]) -> list[str]:
    found = []
    for name in names:
        value = claims.get(name)
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and one.strip() and "\0" not in one:
                found.append(one.strip().lower()[:200])
    return found

"""The accounts that the demo's log-in page offers. Free of Django, so that the launcher can print them."""

from dataclasses import dataclass


def _(text: str) -> str:
    """Mark a text for the catalogue; the page that shows it translates."""
    return text


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    email: str
    label: str
    description: str


ACCOUNTS = {
    account.name: account
    for account in (
        Account(
            "company", "kees@fijnmetaal-katwerf.example", _("Bedrijf"), _("Tekent een opdracht en bevestigt leerdoelen")
        ),
        Account(
            "other-company",
            "bart@marewijk-bouw.example",
            _("Ander bedrijf"),
            _("Heeft een open project en een resultaat"),
        ),
        Account("teacher", "m.kuiper@mborijnland.nl", _("Docent"), _("Vertaalt vraagstukken en begeleidt teams")),
        Account("student", "yara.bakker@student.mborijnland.nl", _("Student"), _("Zoekt een project dat past")),
        Account("coordinator", "c.vosman@mborijnland.nl", _("Coördinator"), _("Bevestigt docenten van de school")),
        Account("broker", "marijke@economie071.example", _("Makelaar"), _("Controleert partners en vraagstukken")),
        Account("admin", "beheer@oil.example", _("Beheer"), _("Ziet de beheerpagina’s")),
    )
}

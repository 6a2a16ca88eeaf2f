"""The accounts that the demo's log-in page offers. Free of Django, so that the launcher can print them."""
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    email: str
    label: str
    description: str


ACCOUNTS = {
    account.name: account
    for account in (
        Account("company", "kees@fijnmetaal-katwerf.example", "Bedrijf", "Tekent een opdracht en bevestigt leerdoelen"),
        Account("other-company", "bart@marewijk-bouw.example", "Ander bedrijf", "Heeft een open project en een resultaat"),
        Account("teacher", "m.kuiper@mborijnland.nl", "Docent", "Vertaalt vraagstukken en begeleidt teams"),
        Account("student", "yara.bakker@student.mborijnland.nl", "Student", "Zoekt een project dat past"),
        Account("coordinator", "c.vosman@mborijnland.nl", "Coördinator", "Bevestigt docenten van de school"),
        Account("broker", "marijke@economie071.example", "Makelaar", "Controleert partners en vraagstukken"),
        Account("admin", "beheer@oil.example", "Beheer", "Ziet de beheerpagina’s"),
    )
}

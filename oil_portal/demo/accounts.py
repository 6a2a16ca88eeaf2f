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
        Account("company", "anouk@kasgroei.example", "Bedrijf", "Contactpersoon met vraagstukken in elke fase"),
        Account("other-company", "bram@marewijk.example", "Ander bedrijf", "Contactpersoon van een ander bedrijf"),
        Account("teacher", "docent@mborijnland.nl", "Docent", "Vertaalt vraagstukken en begeleidt teams"),
        Account("student", "yara@student.mborijnland.nl", "Student", "Zoekt een project dat past"),
        Account("coordinator", "coordinator@mborijnland.nl", "Coördinator", "Bevestigt docenten van de school"),
        Account("broker", "makelaar@economie071.example", "Makelaar", "Controleert partners en vraagstukken"),
        Account("admin", "beheer@oil.example", "Beheer", "Ziet de beheerpagina’s"),
    )
}

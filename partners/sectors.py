"""In what an organisation works and how large it is: the choices, and how other words come to one of them. Pure."""

import re

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Sector(TextChoices):
    """Plain sectors that the region knows itself in; coarser than the Kamer van Koophandel's codes."""

    LIFE_SCIENCES = "life_sciences", _("Life sciences en laboratoria")
    CARE = "care", _("Zorg en welzijn")
    INDUSTRY = "industry", _("Techniek en maakindustrie")
    BUILDING = "building", _("Bouw, wonen en installatie")
    ICT = "ict", _("ICT en digitaal")
    ENERGY = "energy", _("Energie en duurzaamheid")
    FOOD = "food", _("Landbouw en voeding")
    LOGISTICS = "logistics", _("Vervoer en logistiek")
    TRADE = "trade", _("Winkels en horeca")
    CULTURE = "culture", _("Cultuur, sport en onderwijs")
    SERVICES = "services", _("Zakelijke diensten")
    GOVERNMENT = "government", _("Overheid")
    OTHER = "other", _("Anders")


class Size(TextChoices):
    """People who work there, in the classes of KvK and CBS."""

    ONE = "1", _("1 persoon")
    MICRO = "2-9", _("2 tot en met 9 mensen")
    SMALL = "10-49", _("10 tot en met 49 mensen")
    MEDIUM = "50-249", _("50 tot en met 249 mensen")
    LARGE = "250+", _("250 mensen of meer")


# A part of a word that says which sector it is. The first that fits counts, so 'tuinbouw' stands before 'bouw'.
PARTS = (
    ("diagnos laborator biotech science farma medisch", Sector.LIFE_SCIENCES),
    ("tuinbouw landbouw akkerbouw bollen bloem melk zuivel voeding vis bakker brouwer agrar", Sector.FOOD),
    ("machine metaal industrie verpakking techniek productie elektro", Sector.INDUSTRY),
    ("installat bouw huur woning wonen restaura", Sector.BUILDING),
    ("energie duurzaam klimaat milieu", Sector.ENERGY),
    ("ict software computer digita", Sector.ICT),
    ("zorg welzijn fysio opvang gezondheid", Sector.CARE),
    ("logist vervoer transport distributie mobiliteit", Sector.LOGISTICS),
    ("horeca winkel handel restaurant hotel", Sector.TRADE),
    ("cultuur sport recreatie onderwijs kunst museum school", Sector.CULTURE),
    ("zakelijk marketing advies inspectie accountan juridisch", Sector.SERVICES),
    ("overheid gemeente provincie", Sector.GOVERNMENT),
)


def sector_of(words: str) -> tuple[str, bool]:
    """(sector, whether the words were known): a code, a label or a Dutch word for it; '' stays ''."""
    said = words.strip().lower()
    if not said or said in Sector.values:
        return said, True
    for sector in Sector:
        if said == str(sector.label).lower():
            return sector.value, True
    found = (sector for parts, sector in PARTS for part in parts.split() if part in said)
    sector = next(found, None)
    return (sector.value, True) if sector else (Sector.OTHER.value, False)


def size_of(words: str) -> tuple[str, bool]:
    """(class, whether the words were known): a class, or a number of people; '' for what fits no class."""
    said = words.strip()
    if not said or said in Size.values:
        return said, True
    if re.fullmatch("[0-9]{1,6}", said) and int(said):
        floors = ((250, Size.LARGE), (50, Size.MEDIUM), (10, Size.SMALL), (2, Size.MICRO), (1, Size.ONE))
        return next(size.value for floor, size in floors if int(said) >= floor), True
    return "", False

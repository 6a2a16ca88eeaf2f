"""Word lists: jargon with a plainer word, verbs that begin a title, stems per theme, words without a subject."""

JARGON = {
    "adequaat": "goed", "agenderen": "bespreken", "alvorens": "voordat", "analyseren": "onderzoeken",
    "applicatie": "programma", "assessment": "toets", "baseline": "beginpunt", "bedrijfsprocessen": "hoe we werken",
    "best practice": "goed voorbeeld", "borgen": "zorgen dat het blijft", "brainstormen": "ideeën bedenken",
    "business case": "wat het kost en oplevert", "businesscase": "wat het kost en oplevert",
    "circulaire economie": "alles opnieuw gebruiken", "communiceren": "vertellen",
    "compliance": "aan de regels houden",
    "complexiteit": "hoe ingewikkeld het is", "concept": "idee", "concretiseren": "duidelijk maken",
    "conform": "volgens", "consistent": "steeds hetzelfde", "continueren": "doorgaan", "contouren": "hoofdlijnen",
    "creëren": "maken", "daadwerkelijk": "echt", "dashboard": "overzicht op een scherm",
    "data-analyse": "cijfers bekijken",
    "deliverables": "wat er aan het eind ligt", "derhalve": "daarom", "dienen te": "moeten", "dient te": "moet",
    "digitaliseren": "op de computer zetten", "disruptief": "heel nieuw", "diverse": "verschillende",
    "doelgroep": "de mensen voor wie het is", "draagvlak": "steun", "duurzaamheid": "goed voor later",
    "efficiency": "minder tijd en geld", "efficiënt": "snel en goedkoop", "evalueren": "bekijken hoe het ging",
    "evident": "duidelijk", "faciliteren": "helpen", "feasibility": "of het kan", "feedback": "reactie",
    "fluctueren": "wisselen", "focussen": "letten op", "frequentie": "hoe vaak", "genereren": "maken",
    "holistisch": "alles bij elkaar", "implementatie": "invoering", "implementeren": "invoeren",
    "indicatie": "schatting", "indien": "als", "initiëren": "beginnen", "innovatief": "nieuw",
    "inventariseren": "op een rij zetten",
    "in het kader van": "voor", "integraal": "alles samen", "integreren": "samenvoegen", "interface": "scherm",
    "kpi": "cijfer dat telt", "kpi's": "cijfers die tellen", "leveranciersmanagement": "afspraken met leveranciers",
    "lifecycle": "levensduur", "met betrekking tot": "over", "middels": "met", "monitoren": "volgen",
    "monitoring": "volgen", "multidisciplinair": "met verschillende vakken", "omtrent": "over",
    "onboarding": "inwerken",
    "operationeel": "in gebruik", "optimaal": "zo goed mogelijk", "optimaliseren": "verbeteren",
    "optimalisatie": "verbetering", "participeren": "meedoen", "performance": "hoe goed het werkt", "pilot": "proef",
    "pipeline": "lijst", "platform": "website", "prioriteren": "kiezen wat eerst komt", "proactief": "uit jezelf",
    "proof of concept": "eerste proef", "realiseren": "maken", "reduceren": "minder maken",
    "reductie": "vermindering",
    "relevant": "belangrijk", "requirements": "eisen", "roadmap": "plan", "scope": "wat erbij hoort",
    "significant": "duidelijk", "stakeholder": "betrokkene", "stakeholders": "betrokkenen",
    "stroomlijnen": "makkelijker maken",
    "synergie": "samen meer bereiken", "target": "doel", "ten behoeve van": "voor", "ten gevolge van": "door",
    "teneinde": "om", "tool": "hulpmiddel", "transitie": "overgang", "traject": "plan",
    "uitrollen": "overal invoeren",
    "usability": "hoe makkelijk het werkt", "valideren": "controleren", "visualiseren": "laten zien",
    "voornoemde": "deze", "workflow": "manier van werken", "workload": "hoeveel werk", "xr": "beeld via een bril",
}  # fmt: skip

VERBS = {
    "adviseer", "bedenk", "bekijk", "bereken", "beschrijf", "bewaar", "bouw", "breng", "controleer", "creëer", "doe",
    "gebruik", "geef", "haal", "help", "herken", "houd", "kies", "kweek", "laat", "leer", "maak", "meet", "onderzoek",
    "ontdek", "ontwerp", "ontwikkel", "plan", "programmeer", "red", "scheid", "schrijf", "spaar", "stop", "tel",
    "test",
    "toon", "verbeter", "verbind", "verminder", "vertel", "vervang", "vind", "volg", "voorkom", "voorspel",
    "waarschuw",
    "vergelijk", "weet", "zet", "zie", "zoek", "zorg", "zuiver", "verwerk", "verdeel", "vul", "werk", "win",
}  # fmt: skip

# Parts of words, so that compounds count: "zuivering" is in "waterzuivering".
STEMS = {
    "sustainable_building": (
        "bouw", "muur", "muren", "dak", "isol", "gevel", "beton", "renov", "woning", "sloop", "steen", "metsel",
        "vocht",
        "kozijn", "timmer", "fundering", "cement", "aannemer",
    ),
    "energy": (
        "energie", "stroom", "zonnepan", "accu", "batterij", "warmte", "verwarm", "gasverbruik", "elektr",
        "netcongestie",
        "laadpa", "kilowatt", "kwh", "windmolen", "koeling", "waterstof", "warmtepomp", "opwek",
    ),
    "health": (
        "zorg", "patiënt", "patient", "arts", "medic", "ziek", "genees", "revalid", "fysio", "cliënt", "bewoner",
        "verpleeg", "dement", "apothe", "bloed", "gezond", "knie", "oefen", "labor", "bacter", "cel",
    ),
    "mobility": (
        "fiets", "auto", "verkeer", "vervoer", "bus", "route", "rit", "parkeer", "trein", "bezorg", "reis", "boot",
        "brug", "rijd", "logist", "vracht", "schip", "haven",
    ),
    "smart_technology": (
        "sensor", "robot", "camera", "software", "app", "machine", "meter", "data", "algoritm", "drone", "automat",
        "3d", "print", "chip", "programm", "computer", "scherm", "lasser", "frees", "voorspel",
    ),
    "food": (
        "voed", "eten", "brood", "bakker", "kas", "plant", "oogst", "groente", "fruit", "keuken", "tomaat", "tomaten",
        "vis", "melk", "kaas", "restaurant", "gewas", "teelt", "deeg", "recept", "bier", "zuivel",
    ),
}  # fmt: skip

# Words that say nothing of what a question is about.
EMPTY = """
aan af al alle alles als altijd ander andere bij daar daarna dan dat de deze die dit doen door dus een eens
eerst elk elke en er gaan gaat geen geven graag haar had heb hebben heeft hem het hier hij hoe hoeveel hun ik
iemand iets in is ja je jij jullie kan komen komt kunnen kunt laten maar maken mee meer men met mij mijn moet
moeten naar niet niets nog nu of om omdat onder ons onze ook op over paar per samen soms steeds te toch tot uit
van veel vooral voor vraag waar wanneer want waren was wat we weer weet weg wel welke werd wie wij wil willen
worden wordt zal ze zelf zich zij zijn zo zonder zou zodat zoek
"""

# Words that may rank a goal, but are no reason that a reader would believe.
DULL = """
    beetje best beter bijvoorbeeld dag dagen direct dingen eigen elkaar extra geweest goed goede grote heel hele
    houd houden jaar jaren keer klein kleine klopt laatste lang langer langs later ligt liggen maak mag makkelijk
    mens mensen minuten moment morgen nieuw nieuwe nodig open oud oude plek precies snel snelle staan stuk tijd
    twee drie vier vijf uren uur vaak vast vinden vrij week weken wel werk werken werkt weten zien zitten zoeken
"""

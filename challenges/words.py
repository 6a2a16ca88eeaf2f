"""Word lists for challenges.writing: jargon with a plainer word, verbs that begin a title, stems per theme."""

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

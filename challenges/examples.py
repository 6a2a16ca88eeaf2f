"""A good and a weak example for each field of the four steps."""

from django.utils.translation import gettext_lazy as _

# {field: (good, weak)}
EXAMPLES = {
    "title": (_("Meet vocht in oude muren, zonder te boren"), _("Innovatieve oplossing vochtproblematiek")),
    "question": (
        _(
            "Wij boren nu gaten om vocht te meten. Dat beschadigt oude muren, en de bewoner moet erbij zijn. "
            "Wij willen meten van buitenaf."
        ),
        _("We zoeken studenten voor een onderzoek naar vocht. Meer informatie volgt."),
    ),
    "why": (
        _("Elk gat kost ons 40 euro aan herstel. We meten in 300 huizen per jaar."),
        _("Dit is belangrijk voor onze organisatie."),
    ),
    "theme": (
        _("Vocht in muren: kies Duurzaam bouwen."),
        _("Kies niet zomaar het eerste thema. Studenten zoeken op thema."),
    ),
    "deliverables": (
        _("Een prototype en een test met meetwaarden"),
        _("Alles aankruisen: dan weet een team niet wat het belangrijkst is."),
    ),
    "result": (_("Een filmpje van twee minuten voor onze monteurs"), _("Een volledig uitgewerkt eindproduct")),
    "start_from": (_("De eerste dag na je drukke weken"), _("Morgen: een team beginnen duurt meestal vier weken.")),
    "location": (
        _("In het lab, met twee dagen meten bij jou"),
        _("Altijd bij jou, als je er zelf maar een dag per week bent"),
    ),
    "guidance_hours": (_("1 uur per week, op een vaste middag"), _("8 uur per week, als je dat niet waar kunt maken")),
    "confidential": (
        _("Iedereen mag het lezen, zonder namen van klanten."),
        _("Alles dicht, omdat je het niet zeker weet. Dan vinden studenten je vraag niet."),
    ),
    "secrecy": (
        _("Ja, want het team ziet tekeningen van een nieuw product."),
        _("Ja, voor de zekerheid. Dan kan een student zijn werk niet laten zien."),
    ),
    "rights": (
        _("Studenten houden de rechten, jij mag het gebruiken. Zo doen de meeste bedrijven het."),
        _("Alle rechten naar jou, zonder reden. Dat vraagt een aparte akte."),
    ),
    "photos": (
        _("Alleen als jullie het eerst vragen"),
        _("Ja, terwijl er klanten in beeld kunnen komen"),
    ),
    "most_interested": (_("20, als je één team zoekt"), _("2, als je één team van vier zoekt")),
}

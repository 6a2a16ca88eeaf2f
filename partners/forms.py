"""The shape of what people type about themselves and their organisations."""

import re
from collections.abc import Iterable

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partners import roles
from partners.models import Invitation, Partner
from partners.workflow import LIVE_PARTNER, PartnerStatus

NO_ADDRESS = _("Vul een e-mailadres in met een @.")


class NewPersonForm(forms.Form):
    """Who makes an account: a name, and the word of the person that they are old enough."""

    first_name = forms.CharField(
        label=_("Voornaam"),
        max_length=60,
        error_messages={"required": _("Vul je voornaam in.")},
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Achternaam"),
        max_length=60,
        error_messages={"required": _("Vul je achternaam in.")},
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    old_enough = forms.BooleanField(
        label=_("Ik ben 16 jaar of ouder"),
        help_text=_("Ben je jonger? Vraag je school of je mee kunt doen."),
        error_messages={"required": _("Zet een vinkje als je 16 jaar of ouder bent.")},
    )
    digest = forms.BooleanField(
        label=_("Mail mij een overzicht van wat op mij wacht"),
        required=False,
        help_text=_("Hoogstens elke week. Je kunt altijd stoppen."),
    )


class SignupForm(NewPersonForm, AllauthSignupForm):
    """The same with an address and a password."""

    field_order = ["first_name", "last_name", "email", "password1", "old_enough", "digest"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mailadres")
        self.fields["email"].error_messages |= {"required": _("Vul je e-mailadres in."), "invalid": NO_ADDRESS}
        self.fields["password1"].error_messages["required"] = _("Kies een wachtwoord.")


class PartnerForm(forms.ModelForm):
    """The details of an organisation. A lab hangs under its school and is added by the portal's staff."""

    KINDS = [Partner.Kind.COMPANY, Partner.Kind.GOVERNMENT, Partner.Kind.NETWORK, Partner.Kind.SCHOOL]

    kvk = forms.CharField(
        label=_("KvK-nummer"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Acht cijfers. Je vindt het nummer in het Handelsregister en op je facturen."),
    )
    branch_number = forms.CharField(
        label=_("Vestigingsnummer"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("Twaalf cijfers. Alleen nodig als je meer vestigingen hebt."),
    )
    brin = forms.CharField(
        label=_("BRIN-code"),
        required=False,
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Alleen voor scholen: twee cijfers en twee letters, bijvoorbeeld 25LN."),
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": _("Vul een webadres in, bijvoorbeeld www.bedrijf.nl.")},
    )

    training_company = forms.TypedChoiceField(
        label=_("Erkend leerbedrijf"),
        required=False,
        choices=[("", _("Niet bekend")), ("True", _("Ja")), ("False", _("Nee"))],
        coerce=lambda value: value == "True",
        empty_value=None,
        help_text=_("Erkend door SBB. Ook zonder erkenning doe je gewoon mee: het is alleen goed om te weten."),
    )

    class Meta:
        model = Partner
        fields = [
            "kind",
            "name",
            "kvk",
            "branch_number",
            "brin",
            "municipality",
            "sector",
            "size",
            "training_company",
            "website",
            "description",
            "description_en",
        ]
        widgets = {
            "kind": forms.RadioSelect,
            "description": forms.Textarea(attrs={"rows": 5}),
            "description_en": forms.Textarea(attrs={"rows": 5, "lang": "en"}),
        }
        help_texts = {
            "name": _("Zoals anderen de organisatie kennen."),
            "sector": _("Kies wat het beste past. Vertel de rest in de omschrijving."),
            "size": _("Hoeveel mensen er werken, alle vestigingen samen."),
            "description": _("Wat doet de organisatie? Twee of drie zinnen is genoeg."),
            "description_en": _("Voor wie de site in het Engels leest. Zonder Engels lezen zij het Nederlands."),
        }
        error_messages = {"name": {"required": _("Vul de naam van de organisatie in.")}}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.known: Partner | None = None  # the accepted organisation that already has this KvK number
        if self.instance.pk:
            del self.fields["kind"]
            if self.instance.kind != Partner.Kind.SCHOOL:
                del self.fields["brin"]
            if self.instance.kind in (Partner.Kind.SCHOOL, Partner.Kind.LAB):
                del self.fields["training_company"]
        else:
            self.fields["kind"].choices = [(kind.value, kind.label) for kind in self.KINDS]

    def clean_kvk(self) -> str:
        """Eight digits as text; spaces and dots are forgiven."""
        kvk = re.sub(r"[\s.]", "", self.cleaned_data["kvk"])
        if kvk and not re.fullmatch("[0-9]{8}", kvk):
            raise forms.ValidationError(_("Een KvK-nummer heeft acht cijfers, bijvoorbeeld 12345678."))
        same = Partner.objects.filter(kvk=kvk, status__in=LIVE_PARTNER).exclude(pk=self.instance.pk) if kvk else ()
        for partner in same:
            if partner.status != PartnerStatus.ACCEPTED:
                raise forms.ValidationError(
                    _("Dit KvK-nummer is al aangemeld en wacht op controle. Vraag je collega om een uitnodiging.")
                )
            self.known = partner
            raise forms.ValidationError(
                _("Dit KvK-nummer is van %(partner)s, die al partner is. Vraag of je mee mag doen."),
                params={"partner": partner},
            )
        return kvk

    def clean_branch_number(self) -> str:
        """Twelve digits as text; spaces and dots are forgiven."""
        number = re.sub(r"[\s.]", "", self.cleaned_data["branch_number"])
        if number and not re.fullmatch("[0-9]{12}", number):
            raise forms.ValidationError(_("Een vestigingsnummer heeft twaalf cijfers, bijvoorbeeld 000012345678."))
        return number

    def clean_brin(self) -> str:
        """Two digits and two capitals; only of schools, and of one school each."""
        brin = re.sub(r"[\s.]", "", self.cleaned_data["brin"]).upper()
        if brin and not re.fullmatch("[0-9]{2}[A-Z]{2}", brin):
            raise forms.ValidationError(_("Een BRIN-code is twee cijfers en twee letters, bijvoorbeeld 25LN."))
        if brin and (self.cleaned_data.get("kind") or self.instance.kind) != Partner.Kind.SCHOOL:
            raise forms.ValidationError(_("Alleen een school heeft een BRIN-code. Laat dit leeg."))
        same = Partner.objects.exclude(status=PartnerStatus.MERGED).filter(brin=brin).exclude(pk=self.instance.pk)
        if brin and same.exists():
            raise forms.ValidationError(_("Deze BRIN-code is al bekend. Vraag of je mee mag doen."))
        return brin

    @property
    def details(self) -> dict:
        """What the services take."""
        return {name: self.cleaned_data[name] for name in self.fields}


class LogoForm(forms.Form):
    """A picture to know an organisation by."""

    logo = forms.FileField(
        label=_("Logo"),
        help_text=_("Een jpg of png, tot 2 MB. Een vierkant of liggend logo past het beste."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
        error_messages={
            "required": _("Kies eerst een bestand."),
            "invalid": _("Kies eerst een bestand."),
            "empty": _("Dit bestand is leeg. Kies een ander bestand."),
        },
    )


class InviteForm(forms.ModelForm):
    """Whom to invite, to one of the roles that the inviter may give."""

    class Meta:
        model = Invitation
        fields = ["email", "role"]
        widgets = {"role": forms.RadioSelect}
        error_messages = {
            "role": {"required": _("Kies een rol.")},
            "email": {"required": NO_ADDRESS, "invalid": NO_ADDRESS},
        }

    def __init__(self, *args, roles_to_give: list[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [choice for choice in roles.CHOICES if choice[0] in roles_to_give]
        if len(roles_to_give) == 1:
            self.fields["role"].initial = roles_to_give[0]


class JoinForm(forms.Form):
    """As what somebody joins: teacher or student at a school or lab, contact anywhere else."""

    role = forms.ChoiceField(
        label=_("Ik doe mee als"), widget=forms.RadioSelect, error_messages={"required": _("Kies een rol.")}
    )

    def __init__(self, *args, partner: Partner, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        education = partner.kind in (Partner.Kind.SCHOOL, Partner.Kind.LAB)
        wanted = (roles.STUDENT, roles.TEACHER) if education else (roles.CONTACT,)
        self.fields["role"].choices = [choice for choice in roles.CHOICES if choice[0] in wanted]
        if not education:
            self.fields["role"].initial = roles.CONTACT


class NoteForm(forms.Form):
    """What a broker wants other brokers to know."""

    text = forms.CharField(
        label=_("Notitie"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Alleen makelaars lezen dit. De organisatie zelf ziet het nooit."),
        error_messages={"required": _("Schrijf eerst een notitie.")},
    )


class MergeForm(forms.Form):
    """Of two organisations that become one: which value stays where they differ. What only one has, stays by itself."""

    remark = forms.CharField(
        label=_("Opmerking"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("De contactpersonen lezen dit."),
    )

    def __init__(self, *args, keep: Partner, gone: Partner, names: Iterable[str], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.only_gone = [name for name in names if gone.shown(name) and not keep.shown(name)]
        self.names = [name for name in names if gone.shown(name) and keep.shown(name)]
        self.names = [name for name in self.names if getattr(gone, name) != getattr(keep, name)]
        remark = self.fields.pop("remark")
        for name in self.names:
            field = Partner._meta.get_field(name)
            self.fields[name] = forms.ChoiceField(
                label=capfirst(field.verbose_name),
                choices=[("keep", keep.shown(name)), ("gone", gone.shown(name))],
                initial="keep",
                widget=forms.RadioSelect,
                error_messages={"required": _("Kies wat blijft.")},
            )
        self.fields["remark"] = remark

    @property
    def decided(self) -> dict:
        """What the service takes: the remark, and of which fields the other's value stays."""
        chosen = [name for name in self.names if self.cleaned_data[name] == "gone"]
        return {"remark": self.cleaned_data["remark"], "taken": [*self.only_gone, *chosen]}


class PauseForm(forms.Form):
    """Until when an organisation is too busy for new interest."""

    until = forms.DateField(
        label=_("Pauze tot en met"),
        help_text=_("Tot die dag kunnen studenten zich niet aanmelden en geen vragen stellen. Wat loopt, gaat door."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Kies een dag."), "invalid": _("Vul een datum in, bijvoorbeeld 30-3-2027.")},
    )


class FindForm(forms.Form):
    """Words of an organisation's name."""

    q = forms.CharField(label=_("Naam van je organisatie of school"), max_length=100)

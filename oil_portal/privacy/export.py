"""A ZIP with all that is kept about one person: JSON per room, and the files that they added.

It is made while the person waits and never kept: a second copy of somebody's data would need guarding too.
"""

import json
import shutil
import tempfile
import zipfile
from collections import defaultdict
from pathlib import PurePosixPath

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext as _

from oil_portal.core import clock
from oil_portal.privacy.holdings import addresses, cells, holdings, rows_of, with_neighbours
from partners.models import User

IN_MEMORY = 8 * 1024 * 1024  # bytes; what is larger is written to a temporary file


def export(user: User):
    """An open file, at its beginning, that holds the ZIP; it is gone once it is closed."""
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the answer closes it
    emails, rooms = addresses(user), defaultdict(dict)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for kind in holdings(user):  # a query for each kind of which there is something
            model, told = apps.get_model(kind.label), []
            for row in with_neighbours(rows_of(model, kind.line, user, emails)).iterator(chunk_size=500):
                told.append({"id": row.pk} | {name: value for name, _label, value in cells(row, user)})
                _add_files(archive, row)
            rooms[model._meta.app_label][str(kind.line.what)] = told
        for room, content in rooms.items():
            archive.writestr(f"{room}.json", json.dumps(content, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        archive.writestr("lees-mij.txt", _read_me())
    out.seek(0)
    return out


def _add_files(archive: zipfile.ZipFile, row: models.Model) -> None:
    """The files of a row, stored as they are: pictures and PDFs do not get smaller."""
    for field in row._meta.concrete_fields:
        if not isinstance(field, models.FileField) or not (file := getattr(row, field.name)):
            continue
        entry = zipfile.ZipInfo(f"bestanden/{row.pk}-{field.name}{PurePosixPath(file.name).suffix}")
        try:
            with file.storage.open(file.name) as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target)
        except FileNotFoundError:  # a file that is lost keeps nobody from the rest
            continue


def _read_me() -> str:
    said = _("Dit is alles wat het Open Innovatie Lab op %(day)s van je bewaart.") % {"day": clock.today().isoformat()}
    return "\n".join([
        said,
        _("Elk .json-bestand hoort bij een deel van het portaal. Je opent het met een tekstprogramma."),
        _("In de map bestanden staat wat je zelf toevoegde."), "",
    ])  # fmt: skip

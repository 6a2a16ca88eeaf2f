"""The files that people sent, into and out of an archive, wherever they are kept: a folder or a bucket.

All of it goes by the verbs of Django's storages, a file at a time, so that both are one way.
"""

import posixpath
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage


@contextmanager
def spoken() -> Iterator[None]:
    """A bucket has errors of its own library: here they are an OSError, as those of a folder are."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise OSError(f"The storage of the attachments: {error}") from error


def names(folder: str = "") -> Iterator[str]:
    """Every file that is kept."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # MEDIA_ROOT, before anybody sent something
        return
    yield from (posixpath.join(folder, name) for name in sorted(files))
    for name in sorted(folders):
        yield from names(posixpath.join(folder, name))


def add(archive: tarfile.TarFile, copied: set[str]) -> None:
    """Add the files that are not in it yet."""
    with spoken():
        for name in names():
            if name not in copied:
                with suppress(FileNotFoundError), default_storage.open(name) as file:  # or removed since, as its row is
                    member = tarfile.TarInfo(name)
                    member.size = file.size
                    archive.addfile(member, file)
                    copied.add(name)


def is_empty() -> bool:
    with spoken():
        return next(names(), None) is None


def put_back(file: Path) -> None:
    """Make what is kept the same as what the archive holds. Nothing goes before all of it is there."""
    put = set()
    with spoken(), tarfile.open(file) as archive:
        for member in archive:
            if member.isfile():
                default_storage.delete(member.name)  # a name that is taken would give this one another
                default_storage.save(member.name, File(archive.extractfile(member), member.name))
                put.add(member.name)
        for other in set(names()) - put:
            default_storage.delete(other)

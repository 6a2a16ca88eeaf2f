"""A bucket that speaks S3 on this machine alone: moto's server, with the library of production in front of it."""

import secrets
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.files.storage import storages

from oil_portal.storage import storage


@pytest.fixture(scope="session")
def s3_host() -> Iterator[str]:
    """host:port of the server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3_host, settings) -> SimpleNamespace:
    """A new bucket, in which the portal keeps its files: `address` for STORAGE_URL, and `content()`, what is in it."""
    name = f"portaal-{secrets.token_hex(4)}"
    address = f"s3://sleutel:geheim@{s3_host}/{name}?region=eu-central-1&tls=0"
    settings.STORAGES = settings.STORAGES | {"default": storage(address)}
    made = storages["default"].bucket
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

    def content() -> dict[str, bytes]:
        return {each.key: each.get()["Body"].read() for each in made.objects.all()}

    return SimpleNamespace(host=s3_host, name=name, address=address, s3=made, content=content)

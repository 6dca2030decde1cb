# By option, variable (of any value: pip takes "off" for "on"), mount, or removal in the same RUN.
FROM python:3.12
RUN pip install --no-cache-dir flask==3.0.3
RUN PIP_NO_CACHE_DIR=off pip install flask==3.0.3
RUN export PIP_NO_CACHE_DIR=1 && pip install flask==3.0.3
RUN --mount=type=cache,target=/root/.cache/pip pip install flask==3.0.3
RUN --mount=type=cache,target=/root/.cache,id=x pip install flask==3.0.3
RUN --mount=type=tmpfs,target=/home/app/.cache/pip pip install flask==3.0.3
RUN pip install flask==3.0.3 && rm -rf /root/.cache
RUN pip install flask==3.0.3 && rm -rf ~/.cache/pip/*
RUN pip install flask==3.0.3 && pip cache purge
RUN pip uninstall -y flask && pip freeze
RUN pipx install poetry==1.8 && uv pip install ruff==0.5

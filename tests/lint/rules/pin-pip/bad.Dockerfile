FROM python:3.12
RUN pip install --no-cache-dir flask
RUN pip3 install --no-cache-dir requests==2.32.3 gunicorn
RUN python3 -m pip install --no-cache-dir --index-url https://example.com/simple django
RUN pip install --no-cache-dir git+https://github.com/pallets/flask.git
RUN pip install --no-cache-dir git+ssh://git@github.com/pallets/flask.git
RUN pip install -r requirements.txt gunicorn
RUN uv pip install --system ruff
RUN pip install --no-cache-dir --upgrade pip
RUN pip install "uvicorn[standard]"
RUN pipx install poetry

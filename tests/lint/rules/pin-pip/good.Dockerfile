# Files, folders, constraints, revisions and options with values are seen.
FROM python:3.12
ARG FLASK=3.0.3
RUN pip install --no-cache-dir flask==3.0.3 "requests>=2,<3" 'uvicorn[standard]~=0.30'
RUN pip install --no-cache-dir flask==${FLASK} "django==$DJANGO"
RUN pip install --no-cache-dir -r requirements.txt
RUN pip install --no-cache-dir --requirement=requirements.txt
RUN pip install --no-cache-dir -c constraints.txt flask
RUN pip install . ./lib .[dev] -e /src /wheels/*.whl app.tar.gz
RUN pip install git+https://github.com/pallets/flask.git@4df377cf
RUN pip install git+ssh://git@github.com/pallets/flask.git@3.0.3
RUN pip install https://example.com/app-1.0-py3-none-any.whl
RUN pip install "app @ https://example.com/app-1.0.tar.gz"
RUN pip install --no-index --find-links /wheels app
RUN pip install --target /opt/lib --python-version 3.12 --platform manylinux2014_x86_64 flask==3
RUN python -m pip install --upgrade pip==24.1
RUN pip install $PIP_PACKAGES
RUN pip uninstall -y flask && pip list && pip wheel flask
RUN uv pip install --system -r requirements.txt
RUN python -m venv /opt/venv && /opt/venv/bin/pip3.12 install flask==3.0.3

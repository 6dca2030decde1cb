FROM python:3.12
RUN pip install flask==3.0.3
RUN python3 -m pip install -r requirements.txt && pip3 install .
RUN /opt/venv/bin/pip install \
      flask==3.0.3

FROM debian
SHELL ["/bin/bash", "-c"]
RUN grep x <<< "$VALUE"
CMD sh

RUN touch /a
RUN touch /b

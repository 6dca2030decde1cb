FROM alpine
COPY <<app.conf /etc/
x=1
app.conf

# Variables, files, mounts, placeholders, user names.
FROM debian:12
RUN --mount=type=secret,id=token,env=TOKEN curl -u "deploy:$TOKEN" https://example.com/app
RUN --mount=type=secret,id=npm npm config set //registry.example.com/:_authToken "$(cat /run/secrets/npm)"
RUN curl --user-agent build -u deploy https://example.com && git clone https://deploy@example.com/app.git
RUN ./configure --password-file=/run/secrets/x --admin-password=changeme --username=deploy
RUN mysql -p -e "select 1" && docker run -p 8080:80 x && export DB_PASSWORD_FILE=/run/secrets/db
RUN git clone https://example.com/app.git && git clone ssh://git@example.com/app.git
RUN adduser --disabled-password --gecos "" kF83hd72Hs9w && adduser --disabled-password kF83hd72Hs9w

FROM debian:12
RUN curl -u deploy:kF83hd72Hs9w https://example.com/app
RUN export DB_PASSWORD=kF83hd72Hs9w && ./setup
RUN git clone https://deploy:kF83hd72Hs9w@example.com/app.git
RUN npm config set //registry.example.com/:_authToken kF83hd72Hs9wQx71
RUN mysql -pkF83hd72Hs9w -e "select 1"
RUN ./configure --admin-password=kF83hd72Hs9w

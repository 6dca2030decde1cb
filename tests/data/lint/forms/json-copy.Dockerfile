FROM alpine
COPY ["with blank.txt", "/to here/"]
ADD [ "a", "b", "/c/" ]

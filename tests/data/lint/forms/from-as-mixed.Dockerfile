FROM alpine As Base
FROM alpine aS two

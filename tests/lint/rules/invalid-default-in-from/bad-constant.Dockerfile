FROM Alpine:3.23.1
FROM scratch AS Base
FROM Base

# -g of useradd is a group that must be there
FROM nginx:1.30.4
RUN useradd -u 5000 -g 101 app && usermod -a -G 101 app

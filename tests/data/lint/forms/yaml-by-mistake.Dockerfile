version: "3"
services:
  web:
    image: nginx

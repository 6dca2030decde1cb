FROM alpine
RUNN true
COPPY a b

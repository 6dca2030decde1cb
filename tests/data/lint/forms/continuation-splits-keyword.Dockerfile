FR\
OM alpine
R\
U\
N true

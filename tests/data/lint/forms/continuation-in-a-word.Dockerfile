FROM alp\
ine
RUN ec\
ho hi

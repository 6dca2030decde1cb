# Nothing runs here: files for others to copy.
FROM scratch
COPY site /site

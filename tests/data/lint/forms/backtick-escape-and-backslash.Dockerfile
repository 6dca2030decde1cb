# escape=`
FROM alpine
ENV P=C:\a\ Q=b` c

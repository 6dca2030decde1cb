# escape=`
FROM mcr.microsoft.com/windows/nanoserver
COPY --from=build C:\out\ C:\app\

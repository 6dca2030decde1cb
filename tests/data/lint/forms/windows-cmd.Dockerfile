# escape=`
FROM mcr.microsoft.com/windows/servercore:ltsc2022
RUN cmd /c echo hello > C:\hello.txt
COPY app\ C:\app\
WORKDIR C:\app
USER ContainerUser
ENTRYPOINT ["C:\\app\\run.exe"]

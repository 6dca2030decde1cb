FROM mcr.microsoft.com/windows/nanoserver
ENTRYPOINT ["C:\\app\\run.exe", "/x"]

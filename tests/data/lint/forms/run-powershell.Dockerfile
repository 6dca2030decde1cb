# escape=`
FROM mcr.microsoft.com/powershell
SHELL ["powershell", "-Command", "$ErrorActionPreference = 'Stop';"]
RUN Invoke-WebRequest -Uri https://example.com/a.zip -OutFile c:\a.zip; `
    Expand-Archive c:\a.zip -DestinationPath c:\; `
    Remove-Item c:\a.zip

FROM mcr.microsoft.com/windows/nanoserver:ltsc2022
COPY app c:/app/
COPY app C:\out
COPY app "C:\\app\\"

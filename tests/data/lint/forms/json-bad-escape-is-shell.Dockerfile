FROM mcr.microsoft.com/windows/nanoserver
CMD ["c:\windows\notepad.exe"]

FROM alpine
CMD ["printf", "a\tb\n\u00e9\ud83d\ude00", "\\\"/\/"]

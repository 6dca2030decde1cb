FROM alpine
ENV A=${B:-x} C=${D:+y} E=${F#*/} G=${H##*/} I=${J%.*} K=${L%%.*} M=${N/a/b} O=${P//a/b}

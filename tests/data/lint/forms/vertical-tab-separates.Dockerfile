FROMalpine
RUNtrue

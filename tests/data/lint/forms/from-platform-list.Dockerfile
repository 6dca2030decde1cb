FROM --platform=linux/arm64/v8 alpine AS arm
FROM arm

# check=skip=StageNameCasing,FromAsCasing;error=true
FROM alpine AS Base

From alpine
rUn echo hi
CoPy a b

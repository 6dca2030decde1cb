from alpine as base
run echo hi
cmd ["sh"]

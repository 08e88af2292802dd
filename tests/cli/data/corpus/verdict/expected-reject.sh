#@ clause: lang#output
#@ expect: reject
if true; then

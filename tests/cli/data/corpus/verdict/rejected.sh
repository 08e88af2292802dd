#@ clause: lang#output
if true; then

#@ clause: lang#output
echo no-build

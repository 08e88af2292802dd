#@ clause: lang#output
#@ stdout: something else
echo hello

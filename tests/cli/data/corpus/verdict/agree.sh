#@ clause: lang#output
#@ stdout: hello
echo hello

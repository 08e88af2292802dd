#@ clause: lang#output
echo $$

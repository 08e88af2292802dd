#@ clause: lang#output
#@ timeout: 300ms
exec sleep 60

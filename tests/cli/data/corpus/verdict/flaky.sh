#@ clause: lang#output
od -An -N8 -tx8 /dev/urandom

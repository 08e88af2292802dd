#@ clause: lang#output
echo same
echo "from $BACKEND"

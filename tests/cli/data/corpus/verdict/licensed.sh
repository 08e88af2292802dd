#@ clause: lang#notices
echo same
echo "from $BACKEND" >&2

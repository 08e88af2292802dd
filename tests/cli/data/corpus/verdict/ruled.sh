#@ clause: lang#failure
echo "failed: code=4 where=$BACKEND"

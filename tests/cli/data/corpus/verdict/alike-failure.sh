#@ clause: lang#failure
echo "failed: code=4 where=here"
exit 1

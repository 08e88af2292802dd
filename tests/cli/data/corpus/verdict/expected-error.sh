#@ clause: lang#failure
#@ expect: error
exit 1

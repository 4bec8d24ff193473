# Starts the supervisor of the stack's ways out in this machine's own network, then becomes the given command. Both end
# together. Which ways there are stands in the folder that the supervisor looks at, and may change at any time.
# Usage: with-exits.sh USERLAND SCAN_FOLDER COMMAND ARGUMENT ...
set -eu
here=$(dirname "$0") userland=$1 scan=$2
shift 2
namespace=''
[ "$(id -u)" = 0 ] || namespace='--user --map-root-user'
# A supervisor that ends is started again.
setpriv --pdeathsig KILL sh -c 'while :; do "$@" || :; sleep 1; done' exits \
  setpriv --pdeathsig KILL unshare $namespace --mount --pid --fork --kill-child -- \
  sh "$here/exits-init.sh" "$userland" "$scan" &
exec "$@"

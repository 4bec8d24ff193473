# Starts a way out to each named server, in this machine's own network, then becomes the given command. Each way is a
# Unix socket, 0, 1, ... in the order given, in the folder; all end with that command.
# Usage: with-exits.sh PACKAGES_ROOT_OR_EMPTY FOLDER HOST:PORT ... -- COMMAND ARGUMENT ...
set -eu
here=$(dirname "$0") packages=$1 folder=$2
shift 2
# A way out needs nothing of root's: it runs as nobody, or without root as the one user there is.
namespace='' user=65534
[ "$(id -u)" = 0 ] || namespace='--user --map-root-user' user=0
index=0
while [ "$1" != -- ]; do
  mkdir -p "$folder"
  [ "$user" = 0 ] || chown "$user" "$folder"
  setpriv --pdeathsig KILL unshare $namespace --mount --pid --fork --kill-child -- \
    sh "$here/exit.sh" "$packages" "$user" "$folder" "$index" "$1" &
  index=$((index + 1))
  shift
done
shift
exec "$@"

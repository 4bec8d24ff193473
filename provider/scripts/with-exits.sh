# Starts a way out to each named server, in this machine's own network, then becomes the given command. Each way is a
# Unix socket, 0, 1, ... in the order given, in the folder; all end with that command.
# Usage: with-exits.sh PACKAGES_ROOT_OR_EMPTY FOLDER HOST:PORT ... -- COMMAND ARGUMENT ...
set -eu
here=$(dirname "$0") packages=$1 folder=$2
shift 2
user=
[ "$(id -u)" = 0 ] || user='--user --map-root-user'
index=0
while [ "$1" != -- ]; do
  mkdir -p "$folder"
  setpriv --pdeathsig KILL unshare $user --mount --pid --fork --kill-child -- \
    sh "$here/exit.sh" "$packages" "$folder" "$index" "$1" &
  index=$((index + 1))
  shift
done
shift
exec "$@"

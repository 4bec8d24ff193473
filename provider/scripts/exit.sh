# Passes what comes by a Unix socket on to one server of the machine's network, and nowhere else.
# Usage: exit.sh PACKAGES_ROOT_OR_EMPTY USER FOLDER NAME HOST:PORT
set -eu
packages=$1 user=$2 folder=$3 name=$4 target=$5
mount --make-rprivate / 2>/dev/null || true
[ -z "$packages" ] || (cd "$packages" && mount -t overlay -o lowerdir=usr:/usr overlay /usr)
# Relative, since a socket's path may have 107 bytes and the project's folder may be deep.
cd "$folder"
as=
[ "$user" = 0 ] || as="setpriv --reuid $user --regid $user --clear-groups --no-new-privs"
# Others than this user may connect: the gateway, whose own firewall says who gets as far.
# Silent: whoever is not answered says so in a log of its own, and this one would grow without end.
while :; do
  $as socat "UNIX-LISTEN:$name,fork,max-children=100,mode=0666,unlink-early" "TCP:$target,connect-timeout=5" 2>/dev/null || sleep 1
done

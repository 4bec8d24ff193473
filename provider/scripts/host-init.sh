# First process of a host, in its own network, mount, process, name and message namespaces.
# Usage: host-init.sh HOST KEEP_LISTENERS(yes|no)
set -eu
host=$1

# Only the gateway may answer on the machine's loopback: every other host lets go of those sockets.
if [ "$2" = no ]; then
  for descriptor in 3 4 5 6 7 8 9; do eval "exec $descriptor<&-"; done
fi

hostname "$host"
read -r pid rest </proc/self/stat

new_root /tmp /usr
mkdir /tmp/run/host /tmp/run/node /tmp/run/scan
mount --bind "/run/stack/hosts/$host" /tmp/run/host
mount --bind /run/node /tmp/run/node
read_only /tmp/run/node
# The host's own names over what the userland has there.
mount -t overlay -o lowerdir=/tmp/run/host/system:/etc overlay /tmp/etc
# Sockets and process ids of an earlier life.
find /tmp/run/host/run -mindepth 1 ! -type d -delete
cp -r /tmp/run/host/services/. /tmp/run/scan/
# Says who it is once it is in its own root: whoever looks into this process's root before would find the sandbox's.
exec 9>"/run/hosts/$host"
enter_root /tmp
printf '%s\n' "$pid" >&9
exec 9>&-
exec s6-svscan /run/scan

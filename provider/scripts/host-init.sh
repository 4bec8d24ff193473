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
mount -t proc proc /proc

# A /run of its own, so that no host sees another's files; built aside in /tmp, then moved over.
mount -t tmpfs -o mode=0755 tmpfs /tmp
mkdir /tmp/host /tmp/node /tmp/scan /tmp/sandbox
mount --bind "/run/stack/hosts/$host" /tmp/host
mount --bind /run/node /tmp/node
# Sockets and process ids of an earlier life.
find /tmp/host/run -mindepth 1 ! -type d -delete
mount --bind /run/hosts /tmp/sandbox
mount --rbind /tmp /run
mount -t tmpfs -o mode=1777 tmpfs /tmp
for folder in /home /root; do if [ -d "$folder" ]; then mount -t tmpfs -o mode=0755 tmpfs "$folder"; fi; done
# A layer over the whole folder: the kernel drops what is mounted over a single file as soon as somebody on the machine
# puts another one in its place, as editors, useradd and apt do.
mount -t overlay -o lowerdir=/run/host/system:/etc overlay /etc

cp -r /run/host/services/. /run/scan/
printf '%s\n' "$pid" >"/run/sandbox/$host"
umount /run/sandbox
exec s6-svscan /run/scan

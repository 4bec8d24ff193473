# First process of a sandbox, in new network, mount and process namespaces (and a user namespace when not root).
# Usage: sandbox-init.sh STACK_FOLDER NODE_FOLDER PACKAGES_ROOT_OR_EMPTY [EGRESS_HOST:PORT EGRESS_USER]
# With an egress it is started in the machine's own network, which it leaves once the way out runs.
set -eu
stack=$1 node=$2 packages=$3 egress=${4:-} user=${5:-0}

# Says who it is before anything else, so that whoever comes next finds it even if the one that started it has ended.
# The old /proc is still mounted: it shows this process's id as the machine counts; the start time is the 22nd field.
read -r pid _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ started _ </proc/self/stat
read -r boot </proc/sys/kernel/random/boot_id
printf '%s' "$boot:$pid:$started" >"$stack/incarnation.new"
mv "$stack/incarnation.new" "$stack/incarnation"

mount --make-rprivate / 2>/dev/null || true
mount -t proc proc /proc
mount -t tmpfs -o mode=0755 tmpfs /run
mkdir /run/stack /run/node /run/packages /run/scan /run/hosts
mount --bind "$stack" /run/stack
mount --bind "$node" /run/node
if [ -n "$packages" ]; then
  mount --bind "$packages" /run/packages
  mount -t overlay -o lowerdir=/run/packages/usr:/usr overlay /usr
fi
if [ -z "$egress" ]; then
  ip link set lo up
  exec s6-svscan /run/scan
fi

# The way out: what connects to this socket, which the gateway host alone sees, is connected to the one place outside.
socket=/run/stack/hosts/gateway/egress
mkdir -p "$socket" /run/egress/relay/log
chown "$user" "$socket"
as=
[ "$user" = 0 ] || as="s6-applyuidgid -u $user -g $user -G ''"
cat >/run/egress/relay/run <<END
#!/bin/sh
exec 2>&1
exec $as socat UNIX-LISTEN:$socket/out.sock,fork,max-children=100,mode=0666,unlink-early TCP:$egress,connect-timeout=10
END
mkdir -p /run/stack/egress-log
printf '#!/bin/sh\nexec s6-log -b n2 s100000 /run/stack/egress-log\n' >/run/egress/relay/log/run
chmod 0755 /run/egress/relay/run /run/egress/relay/log/run
(
  for descriptor in 3 4 5 6 7 8 9; do eval "exec $descriptor<&-"; done
  exec s6-svscan /run/egress
) &
exec unshare --net -- sh -ec 'ip link set lo up; exec s6-svscan /run/scan'

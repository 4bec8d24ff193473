# First process of a sandbox, in new network, mount and process namespaces (and a user namespace when not root).
# Usage: sandbox-init.sh STACK_FOLDER NODE_FOLDER PACKAGES_ROOT_OR_EMPTY
set -eu
stack=$1 node=$2 packages=$3

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
ip link set lo up
exec s6-svscan /run/scan

# First process of a sandbox, in new network, mount and process namespaces (and a user namespace when not root).
# Usage: sandbox-init.sh STACK_FOLDER NODE_FOLDER USERLAND
set -eu
stack=$1 node=$2 userland=$3
. "$(dirname "$0")/root.sh"

# Says who it is before anything else, so that whoever comes next finds it even if the one that started it has ended.
# The old /proc is still mounted: it shows this process's id as the machine counts; the start time is the 22nd field.
read -r pid _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ started _ </proc/self/stat
read -r boot </proc/sys/kernel/random/boot_id
printf '%s' "$boot:$pid:$started" >"$stack/incarnation.new"
mv "$stack/incarnation.new" "$stack/incarnation"

mount --make-rprivate / 2>/dev/null || true
# In the stack's folder: anywhere else the project itself may lie below.
root=$stack/root
mkdir -p "$root"
new_root "$root" "$userland/usr"
mount --bind "$userland/etc" "$root/etc"
read_only "$root/etc"
mkdir "$root/run/stack" "$root/run/node" "$root/run/scan" "$root/run/hosts"
mount --bind "$stack" "$root/run/stack"
mount --bind "$node" "$root/run/node"
enter_root "$root"
ip link set lo up
exec s6-svscan /run/scan

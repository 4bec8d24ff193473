# First process of a stack's ways out: their supervisor, in this machine's own network and in mount and process namespaces
# of its own. Usage: exits-init.sh PACKAGES_ROOT_OR_EMPTY SCAN_FOLDER
set -eu
packages=$1 scan=$2
mount --make-rprivate / 2>/dev/null || true
[ -z "$packages" ] || (cd "$packages" && mount -t overlay -o lowerdir=usr:/usr overlay /usr)
exec s6-svscan "$scan"

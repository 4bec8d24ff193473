# First process of a stack's ways out: their supervisor, in this machine's own network and in mount and process namespaces
# of its own. Usage: exits-init.sh USERLAND SCAN_FOLDER
set -eu
userland=$1 scan=$2
mount --make-rprivate / 2>/dev/null || true
# The machine's names and name servers, and the userland's programs.
mount --bind "$userland/usr" /usr
exec s6-svscan "$scan"

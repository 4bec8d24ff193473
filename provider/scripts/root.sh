# Functions that make a root of the userland's: its /usr, a /dev of what every program may use, and nothing of where it
# is made. Sourced by the first processes of sandboxes and hosts, in a mount namespace of their own.

# read_only FOLDER: makes a mount read-only. What else is set of it must be said again: without root it is locked.
read_only() {
  kept=$(findmnt --noheadings --raw --output OPTIONS --target "$1" | tr , '\n' |
    grep -xE 'nosuid|nodev|noexec|noatime|nodiratime|relatime' | tr '\n' ,) || kept=
  mount -o "remount,bind,${kept}ro" "$1"
}

# new_root FOLDER USR: a root at FOLDER, with /etc and /run to be filled.
new_root() {
  mount -t tmpfs -o mode=0755 tmpfs "$1"
  mkdir "$1/usr" "$1/etc" "$1/proc" "$1/dev" "$1/run" "$1/var" "$1/old"
  mkdir -m 1777 "$1/tmp" "$1/var/tmp"
  ln -s ../run "$1/var/run"
  mount --bind "$2" "$1/usr"
  read_only "$1/usr"
  for link in bin sbin lib lib64; do ln -s "usr/$link" "$1/$link"; done
  mount -t tmpfs -o mode=0755 tmpfs "$1/dev"
  for device in null zero full random urandom tty; do
    : >"$1/dev/$device"
    mount --bind "/dev/$device" "$1/dev/$device"
  done
  mkdir -m 1777 "$1/dev/shm"
  mkdir "$1/dev/pts"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$1/dev/pts"
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
  for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%:*}" "$1/dev/${stream#*:}"; done
  mount -t proc proc "$1/proc"
}

# enter_root FOLDER: makes it the root, and lets go of the one before: nothing is left to be uncovered.
enter_root() {
  cd "$1"
  pivot_root . old
  cd /
  umount --lazy /old
  rmdir /old
  # Notes of mount's own.
  rm -rf /run/mount
}

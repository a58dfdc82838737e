#!/bin/sh
# Runs Java in an image that was unpacked to ROOT as a pod would run it, without a container engine:
# the root cannot be written, /tmp is empty and its own, the user is 10001, the environment that of the caller.
#   in-image.sh ROOT FOLDER ARGUMENT…    FOLDER is seen as /given
# Needs Linux' unshare. Whoever is not root is 0 in a namespace of their own instead of 10001.
set -eu
if [ "${1:-}" = inside ]; then
  root=$2 given=$3
  shift 3
  mount --bind "$root" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
  mount --bind "$given" "$root/given"
  mount -o remount,bind,ro "$root"
  if [ "$(cat /proc/self/uid_map | tr -s ' ' | cut -d ' ' -f 4)" = 1 ]; then
    exec chroot "$root" /opt/java/bin/java "$@"
  fi
  exec chroot --userspec=10001:10001 --groups= "$root" /opt/java/bin/java "$@"
fi
root=$1 given=$2
shift 2
mkdir -p "$root/given"
if [ "$(id -u)" = 0 ]; then
  exec unshare --mount --pid --fork sh "$0" inside "$root" "$given" "$@"
fi
exec unshare --user --map-root-user --mount --pid --fork sh "$0" inside "$root" "$given" "$@"

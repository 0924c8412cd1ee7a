#!/bin/sh
# debian-layer.sh ROOT PACKAGE... : unpacks Debian packages into ROOT without running their scripts, and takes away what
# programs do not need.
set -eu
root=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
cd "$work"
download() { apt-get -o APT::Sandbox::User=root -qq download "$@"; }
download "$@" || { apt-get -o DPkg::Lock::Timeout=300 -qq update && download "$@"; }
for name in bin sbin lib lib64; do # /bin is a link to /usr/bin, and so on
  mkdir -p "$root/usr/$name"
  ln -s "usr/$name" "$root/$name"
done
for package in ./*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -C "$root" -x --keep-directory-symlink
done
cd "$root/usr/share"
rm -rf doc man info locale lintian bug apport doc-base applications pixmaps bash-completion runit
rm -rf "$root"/usr/lib/*/gconv "$root/usr/lib/systemd"
cd "$root/etc" 2>/dev/null || exit 0
rm -rf init.d default systemd ufw runit cron.d cron.daily

#!/bin/sh
# base.sh ROOT : what every image has beside its libraries: a shell, certificates, users, places to write.
set -eu
cd "$1"
mkdir -p app data tmp run var/tmp proc sys dev root home/app etc/ssl/certs
chmod 1777 tmp var/tmp
cat usr/share/ca-certificates/mozilla/*.crt > etc/ssl/certs/ca-certificates.crt
rm -rf usr/share/ca-certificates etc/dpkg etc/update-motd.d
for name in sh ls cat nc sleep id ps wget nslookup ip env echo test mkdir grep kill tail head touch rm cp mv ln sed awk; do
  ln -sf busybox "usr/bin/$name"
done
cat > etc/passwd <<'END'
root:x:0:0:root:/root:/bin/sh
app:x:1000:1000:app:/home/app:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/bin/false
END
printf 'root:x:0:\napp:x:1000:\nnogroup:x:65534:\n' > etc/group
echo 'hosts: files dns' > etc/nsswitch.conf
chown -R 1000:1000 home/app data

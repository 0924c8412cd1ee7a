# Process 1 of a machine, in namespaces of its own: makes the root folder, waits for the network, runs the ssh server.
# Environment: NAME, ADDRESS, STATE (the keys, the list of hosts, room for the disk), SHARED (folders of the real machine,
# one a line).
set -e
hostname "$NAME"
# The root is that of the real machine, copied when written to: what is installed there can be used, nothing is changed.
disk=$STATE/$NAME.disk
mount -t tmpfs -o mode=755 tmpfs "$disk"
mkdir "$disk/upper" "$disk/work" "$disk/root"
root=$disk/root
mount -t overlay overlay -o lowerdir=/,upperdir="$disk/upper",workdir="$disk/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t sysfs -o ro sysfs "$root/sys"
for folder in tmp run var/tmp dev/shm; do mount -t tmpfs -o mode=755 tmpfs "$root/$folder"; done
chmod 1777 "$root/tmp" "$root/var/tmp" "$root/dev/shm"
printf '%s' "$SHARED" | while IFS= read -r folder; do
  mkdir -p "$root$folder"
  mount --rbind "$folder" "$root$folder"
done
# A home folder of its own, and nothing of the real one's keys.
home=/home/machine
mkdir -p "$root$home/.ssh" "$root/run/sshd" "$root/run/machine"
chmod 700 "$root$home" "$root$home/.ssh"
sed -i "s|^root:\([^:]*:[^:]*:[^:]*:[^:]*\):[^:]*:.*|root:\1:$home:/bin/sh|" "$root/etc/passwd"
cp "$STATE/key" "$root$home/.ssh/id_ed25519"
cp "$STATE/key.pub" "$root$home/.ssh/authorized_keys"
cp "$STATE/known-hosts" "$root$home/.ssh/known_hosts"
cp "$STATE/$NAME.host-key" "$root/run/machine/host-key"
chmod 600 "$root$home/.ssh/id_ed25519" "$root/run/machine/host-key"
cp "$STATE/hosts" "$root/etc/hosts"
cat >"$root/run/machine/sshd_config" <<END
Port 22
ListenAddress $ADDRESS
HostKey /run/machine/host-key
PidFile none
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
AllowTcpForwarding yes
Subsystem sftp internal-sftp
MaxStartups 100
MaxSessions 100
END
cd "$root"
# The real root is out of reach from here on.
mkdir -p run/real
pivot_root . run/real
umount -l /run/real
ip link set lo up
until ip -o -4 addr show up dev eth0 2>/dev/null | grep -qF "$ADDRESS"; do sleep 0.02; done
cd /
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" /usr/sbin/sshd -D -e -f /run/machine/sshd_config

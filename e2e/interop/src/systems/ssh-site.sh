# Run by root on a machine of the lab: makes it what ipyparallel's tests of ssh expect. An ssh server on port 2222 of loopback, with
# a user ciuser whose Python is /opt/conda/bin/python3, and a docker that speaks of that server as if it were a container.
# Arguments: the folder of a Python environment.
set -e
environment=$1
home=/home/ciuser

# The Python of the tests may be below a home folder that is root's alone.
for path in "$environment/bin/python3" "$(readlink -f "$environment/bin/python3")"; do
  while path=$(dirname "$path") && [ "$path" != / ]; do chmod a+rx "$path"; done
done
ln -s "$environment" /opt/conda

# Where only root may write to it, users other than root get one of their own.
mknod -m 666 /run/machine/null c 1 3
chmod 666 /run/machine/null
mount --bind /run/machine/null /dev/null

echo "ciuser:x:61222:" >>/etc/group
echo "ciuser:x:61222:61222::$home:/bin/sh" >>/etc/passwd
# No password fits; an account that is locked (!) would be refused its key, too.
echo "ciuser:*:19000:0:99999:7:::" >>/etc/shadow
mkdir -p "$home/.ssh"
ssh-keygen -q -t ed25519 -N '' -C '' -f "$home/.ssh/id_rsa"
cp "$home/.ssh/id_rsa.pub" "$home/.ssh/authorized_keys"
chmod 700 "$home" "$home/.ssh"
chown -R ciuser:ciuser "$home"

cat >/run/machine/ciuser_sshd_config <<END
Port 2222
ListenAddress 127.0.0.1
HostKey /run/machine/host-key
PidFile none
UsePAM no
AllowUsers ciuser
PasswordAuthentication no
Subsystem sftp internal-sftp
MaxStartups 100
MaxSessions 100
END
/usr/sbin/sshd -f /run/machine/ciuser_sshd_config -E /var/tmp/ciuser-sshd.log

# `docker compose … ps -q` asks whether the server runs, `docker exec -i ssh-sshd-1 …` for the key of ciuser.
mkdir -p /ci/ssh
for docker in /usr/local/bin/docker $(command -v docker || true); do
  cat >"$docker" <<'END'
#!/bin/sh
case $1 in
  compose) echo sshd ;;
  exec) shift 3; exec "$@" ;;
  *) echo "docker $1 is not known here" >&2; exit 1 ;;
esac
END
  chmod 755 "$docker"
done

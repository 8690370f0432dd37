#!/usr/bin/env bash
# Runs PostgreSQL on 127.0.0.1 and on a Unix socket in FOLDER, and prints `ready` once it takes work. It ends, and all its
# processes with it, when standard input does, whatever becomes of this script. FOLDER/pid holds the server's process,
# FOLDER/ports its port.
#
# In FOLDER/tls stand the certificates of make_certificates.sh; users are
#
#   postgres   anything, without a password
#   alice      password `s3cret` (SCRAM)
#   carol      only over TLS with a client's certificate
#
# usage: postgres.sh FOLDER PORT [NAME=VALUE]...      settings of the server; FOLDER may hold data of an earlier run
set -euo pipefail
here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"
folder="$1"
port="$2"
shift 2
bin="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)"

# The server refuses to run as root.
as=()
if [[ "$(id -u)" == 0 ]]; then
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    chmod 711 "$folder"
fi

if [[ ! -d "$folder/data" ]]; then
    mkdir "$folder/tls" "$folder/data"
    bash "$here/make_certificates.sh" "$folder/tls" >/dev/null
    [[ "$(id -u)" != 0 ]] || chown -R postgres:postgres "$folder/data" "$folder/tls"
    chmod 700 "$folder/data"
    "${as[@]}" "$bin/initdb" -D "$folder/data" -A trust -U postgres --no-sync --locale=C.UTF-8 -E UTF8 >/dev/null
    cat >"$folder/data/pg_hba.conf" <<HBA
local   all all                 trust
host    all alice 127.0.0.1/32  scram-sha-256
hostssl all carol 127.0.0.1/32  trust clientcert=verify-ca
host    all carol 127.0.0.1/32  reject
host    all all   127.0.0.1/32  trust
HBA
    # A fault of the machine is not what is tested: what a process wrote survives its end without fsync.
    cat >>"$folder/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
fsync = off
shared_buffers = 32MB
max_connections = 200
ssl = on
ssl_cert_file = '$folder/tls/server.pem'
ssl_key_file = '$folder/tls/server.key'
ssl_ca_file = '$folder/tls/ca.pem'
CONF
    "${as[@]}" "$bin/postgres" --single -D "$folder/data" postgres >/dev/null 2>&1 <<SQL
create role alice login password 's3cret'
create role carol login
create database alice owner alice
SQL
fi
chmod 711 "$folder/tls" && chmod 644 "$folder"/tls/*.pem
# A client that is another user than the server needs the keys too.
cp -n "$folder/tls/client.key" "$folder/client.key" 2>/dev/null || true
chmod 600 "$folder/client.key"

# What an earlier run left that was killed.
rm -f "$folder/data/postmaster.pid"
settings=()
for setting in "$@"; do settings+=(-c "$setting"); done
socket="$folder/data"
exec 3<&0
"${as[@]}" "$bin/postgres" -D "$folder/data" -c "port=$port" -c "unix_socket_directories=$socket" "${settings[@]}" \
    </dev/null >>"$folder/log" 2>&1 &
server=$!
echo "$server" >"$folder/pid"
echo "$port" >"$folder/ports"
# Waits for the end of standard input; SIGCONT first, because it may have been stopped.
(
    trap '' TERM INT HUP
    cat <&3 >/dev/null
    for process in $(cat "/proc/$server/task/$server/children" 2>/dev/null || true) "$server"; do
        kill -CONT "$process" 2>/dev/null || true
    done
    kill -QUIT "$server" 2>/dev/null || true
) >/dev/null 2>&1 &
for _ in $(seq 500); do
    if "$bin/pg_isready" -q -h 127.0.0.1 -p "$port" -U postgres; then
        echo ready
        wait "$server" || true
        exit 0
    fi
    kill -0 "$server" 2>/dev/null || break
    sleep 0.02
done
tail -n 3 "$folder/log" | tr '\n' ' '
exit 1

#!/usr/bin/env bash
# Runs a RabbitMQ of its own on the loopback interface; ends it when its standard input ends.
#
# Prints `ready PID EPMD` when clients can connect: the processes of the broker, for signals, and of its name service.
# What it stores stays in FOLDER, so that it can be started there again; FOLDER/ports holds its ports. FOLDER/more.conf,
# where it is there, is added to the configuration; FOLDER/cookie, where it is there, is what the nodes of a cluster know
# each other by.
#
# usage: rabbitmq.sh FOLDER PORT DISTRIBUTION_PORT EPMD_PORT
set -euo pipefail
folder="$1" port="$2" distribution="$3" epmd="$4"

server=(/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server)
mkdir -p "$folder/home" "$folder/data" "$folder/log"
cookie="$folder/home/.erlang.cookie"
if [[ ! -f "$cookie" ]]; then
    if [[ -f "$folder/cookie" ]]; then cp "$folder/cookie" "$cookie"; else printf 'OFTESTS%s' "$port" >"$cookie"; fi
    chmod 400 "$cookie"
fi
{
    echo "listeners.tcp.1 = 127.0.0.1:$port"
    echo "distribution.listener.interface = 127.0.0.1"
    [[ ! -f "$folder/more.conf" ]] || cat "$folder/more.conf"
} >"$folder/rabbitmq.conf"
echo '[].' >"$folder/plugins"
echo "$port $distribution $epmd" >"$folder/ports"
rm -f "$folder/pid"

open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

names=0
open "$epmd" || { epmd -address 127.0.0.1 -port "$epmd" >/dev/null 2>&1 & names=$!; }
env HOME="$folder/home" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$epmd" RABBITMQ_CONF_ENV_FILE=/nonexistent \
    RABBITMQ_NODENAME="test$port@localhost" RABBITMQ_CONFIG_FILE="$folder/rabbitmq" \
    RABBITMQ_MNESIA_BASE="$folder/data" RABBITMQ_LOG_BASE="$folder/log" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$folder/plugins" RABBITMQ_DIST_PORT="$distribution" \
    RABBITMQ_PID_FILE="$folder/pid" "${server[0]}" >"$folder/output" 2>&1 </dev/null &
starter=$!
end() {
    [[ ! -s "$folder/pid" ]] || kill -KILL "$(<"$folder/pid")" 2>/dev/null || true
    ((names == 0)) || kill -KILL "$names" 2>/dev/null || true
}
trap end EXIT
until open "$port"; do
    kill -0 "$starter" 2>/dev/null || { echo "failed: $(tail -n 5 "$folder/output" | tr '\n' ' ')"; exit 1; }
    sleep 0.05
done
echo "ready $(<"$folder/pid") $names"
cat >/dev/null

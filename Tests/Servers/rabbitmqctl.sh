#!/usr/bin/env bash
# Talks to a broker that rabbitmq.sh runs; prints `done` and what it said, or what went wrong, in one line.
#
# usage: rabbitmqctl.sh FOLDER PORT DISTRIBUTION_PORT EPMD_PORT COMMAND…
set -uo pipefail
folder="$1" port="$2" epmd="$4"
shift 4
tool=(/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmqctl)
if said="$(env HOME="$folder/home" ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$epmd" \
    RABBITMQ_CONF_ENV_FILE=/nonexistent RABBITMQ_NODENAME="test$port@localhost" \
    RABBITMQ_CTL_ERL_ARGS="-start_epmd false" \
    "${tool[0]}" --node "test$port@localhost" "$@" 2>&1 </dev/null)"; then
    echo "done ${said//$'\n'/ }"
else
    echo "${said//$'\n'/ }"
fi

#!/bin/sh
# 20 MiB in one line, between two that are well.
set -eu
{
    echo '{"n":1}'
    head -c 20971520 /dev/zero | tr '\0' x
    echo
    echo '{"n":2}'
} >in.ndjson

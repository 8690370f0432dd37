#!/bin/sh
set -eu
{
    printf 'flows: '
    head -c 20000 /dev/zero | tr '\0' '['
    echo
} >deep.yaml

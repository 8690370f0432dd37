#!/bin/sh
set -eu
{
    echo n,x
    seq 100000 | sed 's/.*/&,x&/'
} >t.csv

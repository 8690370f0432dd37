#!/usr/bin/env bash
# Makes the certificates of TLS tests in a folder and prints `done`:
#
#   ca.pem                        an authority; other-ca.pem is another one
#   server.pem, server.key        signed by it, for localhost and 127.0.0.1
#   elsewhere, expired, other     the same for another host, of last year, and signed by the other authority
#   self-signed                   for localhost, signed by itself
#   client.pem, client.key        signed by ca, for whoever asks for a client's certificate
#
# usage: make_certificates.sh FOLDER
set -euo pipefail
cd "$1"

key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

authority() {
    key "$1.key"
    openssl req -x509 -new -key "$1.key" -out "$1.pem" -days 30 -subj "/CN=$2" \
        -addext basicConstraints=critical,CA:TRUE
}

# signed NAME SUBJECT NAMES AUTHORITY START END
signed() {
    key "$1.key"
    openssl req -new -key "$1.key" -out "$1.csr" -subj "/CN=$2"
    rm -rf "$1.d" && mkdir "$1.d" && touch "$1.d/index"
    cat >"$1.conf" <<CONF
[ca]
default_ca = own
[own]
database = $1.d/index
new_certs_dir = $1.d
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = $3
CONF
    openssl ca -batch -notext -config "$1.conf" -cert "$4.pem" -keyfile "$4.key" -startdate "$5" -enddate "$6" \
        -in "$1.csr" -out "$1.pem" 2>/dev/null
}

now="$(date -u +%Y%m%d%H%M%SZ)"
later="$(date -u -d '+20 days +1 hour' +%Y%m%d%H%M%SZ)"
local="DNS:localhost,IP:127.0.0.1"
authority ca "Test Authority"
authority other-ca "Another Authority"
signed server localhost "$local" ca "$now" "$later"
signed elsewhere elsewhere.example "DNS:elsewhere.example" ca "$now" "$later"
signed expired localhost "$local" ca 20250101000000Z 20250201000000Z
signed other localhost "$local" other-ca "$now" "$later"
signed client "A Client" "DNS:client" ca "$now" "$later"
key self-signed.key
openssl req -x509 -new -key self-signed.key -out self-signed.pem -days 30 -subj /CN=localhost \
    -addext "subjectAltName=$local"
echo done

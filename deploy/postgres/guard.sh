#!/bin/bash
# Runs a command only where this server may take writes: usually the server itself, or its health
# check. An old primary that comes back after its standby was promoted is refused, and so is an empty
# server beside one that has data.
#
#   guard.sh COMMAND…          exits with 1 instead of running the command
#   guard.sh --stop COMMAND…   also stops a server that is already running: one that had hung, say
#
# What identifies the primary is its timeline, which each promotion raises. PEERS are the other
# servers, as HOST or HOST:PORT, asked as the account `replica` (REPLICATION_PASSWORD). One that does
# not answer cannot be asked: docs/scaling.md says what that leaves open.
set -euo pipefail

refuse() {
    echo "guard: $1" >&2
    if [ -n "$stop" ] && [ -s "$PGDATA/postmaster.pid" ]; then
        echo 'guard: stopping this server now' >&2
        kill -QUIT "$(head -n 1 "$PGDATA/postmaster.pid")"
    fi
    exit 1
}

# Prints a peer's identity and timeline; nothing where no server answers there.
ask() {
    local host=${1%%:*} port=5432 answer=0
    [ "$host" = "$1" ] || port=${1##*:}
    for _ in {1..30}; do # one that is starting soon knows what it is
        answer=0
        pg_isready --quiet --host="$host" --port="$port" --timeout=3 || answer=$?
        if [ "$answer" != 1 ] || [ -n "$stop" ]; then
            break
        fi
        sleep 1
    done
    [ "$answer" = 0 ] || return 0
    PGPASSWORD=$REPLICATION_PASSWORD PGCONNECT_TIMEOUT=5 psql --no-psqlrc --no-align --tuples-only \
        --field-separator=' ' --command=IDENTIFY_SYSTEM \
        "host=$host port=$port user=replica dbname=replication replication=true" || echo unknown
}

stop=
if [ "${1:-}" = --stop ]; then
    stop=yes
    shift
fi
: "${PGDATA:?the folder of the server}" "${PEERS:?the other servers}" "${REPLICATION_PASSWORD:?}"
export LC_ALL=C

if [ -s "$PGDATA/PG_VERSION" ]; then
    if [ -e "$PGDATA/standby.signal" ]; then
        exec "$@" # it takes no writes
    fi
    facts=$(pg_controldata --pgdata="$PGDATA")
    identity=$(sed -n 's/^Database system identifier: *//p' <<<"$facts")
    timeline=$(sed -n "s/^Latest checkpoint's TimeLineID: *//p" <<<"$facts")
    for history in "$PGDATA"/pg_wal/*.history; do # written before the first checkpoint
        [ -e "$history" ] || continue
        name=${history##*/}
        number=$((16#${name%.history}))
        [ "$number" -le "$timeline" ] || timeline=$number
    done
else
    [ ! -s "$(dirname "$PGDATA")/PG_VERSION" ] ||
        refuse "a server's data lies in $(dirname "$PGDATA") and is expected in $PGDATA: move it there."
    identity='' timeline=0
fi

for peer in $PEERS; do
    read -r other number _ <<<"$(ask "$peer")"
    if [ -z "${other:-}" ]; then
        continue
    elif [ "$other" = unknown ]; then
        [ -n "$stop" ] ||
            refuse "$peer does not say whether it has been promoted: check the password of its account replica."
    elif [ -z "$identity" ]; then
        refuse "there is no data in $PGDATA, but $peer has some. To follow it: standby.sh --rejoin."
    elif [ "$other" != "$identity" ]; then
        refuse "$peer is of another cluster ($other, this one is $identity): check PEERS."
    elif [ "$number" -gt "$timeline" ]; then
        refuse "$peer was promoted (timeline $number, this server has $timeline) and takes the writes now. To follow it: standby.sh --rejoin."
    fi
done
exec "$@"

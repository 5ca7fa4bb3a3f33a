#!/bin/bash
# Copies the primary when there is nothing here yet, then follows it: the arguments are the server's.
#
#   standby.sh COMMAND…            the entry point of a standby
#   standby.sh --rejoin COMMAND…   sets what is here aside first: an old primary follows the new one
set -euo pipefail

: "${PGDATA:?the folder of the server}" "${PRIMARY_HOST:?the server to follow}"
export PGPASSWORD="${REPLICATION_PASSWORD:?the password of the account replica}"
if [ "${1:-}" = --rejoin ]; then
    shift
    if [ -s "$PGDATA/postmaster.pid" ] && kill -0 "$(head -n 1 "$PGDATA/postmaster.pid")" 2>/dev/null; then
        echo "A server is running on $PGDATA: stop it first." >&2
        exit 1
    fi
    if [ -e "$PGDATA" ]; then
        aside="$PGDATA.before-$(date -u +%Y%m%dT%H%M%SZ)"
        mv "$PGDATA" "$aside"
        echo "What was here lies in $aside: delete it once nothing in it is missed."
    fi
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    copy="$PGDATA.copy"
    rm -rf "$copy"
    # One is there unless the primary was restored from a backup, which holds none.
    psql --no-psqlrc --quiet --command='CREATE_REPLICATION_SLOT standby PHYSICAL RESERVE_WAL' \
        "host=$PRIMARY_HOST port=${PRIMARY_PORT:-5432} user=replica dbname=replication replication=true" \
        >/dev/null 2>&1 || true
    until pg_basebackup --pgdata="$copy" --host="$PRIMARY_HOST" --port="${PRIMARY_PORT:-5432}" \
        --username=replica --slot=standby --write-recovery-conf --checkpoint=fast --no-password; do
        rm -rf "$copy"
        sleep 2
    done
    chmod 0700 "$copy"
    rm -rf "$PGDATA"
    mv "$copy" "$PGDATA" # whole, or not there: a copy that was killed begins anew
fi
unset PGPASSWORD
exec "$@"

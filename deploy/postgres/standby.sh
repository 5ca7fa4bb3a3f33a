#!/bin/bash
# Copies the primary when there is nothing here yet, then follows it: the arguments are the server's.
# To put it in the primary's place: docker compose … exec standby pg_ctl promote
set -euo pipefail

export PGPASSWORD="$REPLICATION_PASSWORD"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    copy="$PGDATA.copy"
    rm -rf "$copy"
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

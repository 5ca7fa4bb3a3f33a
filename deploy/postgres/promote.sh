#!/bin/bash
# Puts this standby in the place of its primary, which must be off:
#   docker compose … stop primary
#   docker compose … exec standby /postgres/promote.sh
# The promotion raises the timeline; by it guard.sh refuses the old primary when it comes back.
set -euo pipefail

run() {
    psql --no-psqlrc --no-align --tuples-only --quiet --set=ON_ERROR_STOP=1 \
        --username="${POSTGRES_USER:-postgres}" --dbname=postgres --command="$1"
}

: "${PRIMARY_HOST:?the primary that this server follows}"
if [ "$(run 'SELECT pg_is_in_recovery()')" != t ]; then
    echo 'This server takes writes already: there is nothing to promote.' >&2
    exit 1
fi
if pg_isready --quiet --host="$PRIMARY_HOST" --port="${PRIMARY_PORT:-5432}" --timeout=5; then
    echo "The primary $PRIMARY_HOST still answers. Stop it first: what is written there after a" >&2
    echo 'promotion is lost.' >&2
    exit 1
fi
echo "Last transaction received: $(run "SELECT coalesce(pg_last_xact_replay_timestamp()::text, 'none')")"
if [ "$(run 'SELECT pg_promote(true, 60)')" != t ]; then
    echo 'The server did not end its recovery within 60 s; its log says why. Try again.' >&2
    exit 1
fi
for slot in standby archive; do # for the servers that follow from now on
    run "SELECT pg_create_physical_replication_slot('$slot', true)
         WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '$slot')" >/dev/null
done
run CHECKPOINT
echo "This server takes the writes, on timeline $(run 'SELECT timeline_id FROM pg_control_checkpoint()')."
echo 'Next: take a base backup, and have the old primary follow: standby.sh --rejoin.'

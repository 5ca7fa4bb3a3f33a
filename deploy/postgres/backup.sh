#!/bin/bash
# Backups of PostgreSQL that can be restored to any moment: a base backup now and then, and the
# write-ahead log of everything in between.
#
#   backup.sh                  takes a base backup, and deletes those beyond KEEP_BACKUPS (7) with
#                              the log that only they need
#   backup.sh --nightly 03:00  takes one each night at this time
#   backup.sh --archive        keeps the log coming in, for as long as it runs
#
# BACKUP_DIR is where they go; libpq's variables say which server (PGHOST may name several: the one
# that takes writes is asked), as an account with REPLICATION. METRICS_DIR, if set, is a folder of
# node_exporter's for the time of the last backup.
set -euo pipefail
umask 077

: "${BACKUP_DIR:?the folder of the backups}"
export PGTARGETSESSIONATTRS=read-write PGAPPNAME=selon-backup LC_ALL=C
base=$BACKUP_DIR/base wal=$BACKUP_DIR/wal keep=${KEEP_BACKUPS:-7}
mkdir -p "$base" "$wal"

say() { echo "$(date -u +%FT%TZ) backup: $*"; }

fail() {
    say "$*" >&2
    exit 1
}

# The first segment of the log that a base backup needs.
first_segment() {
    tar -xzOf "$1/base.tar.gz" --occurrence=1 backup_label | sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p'
}

case "${1:-}" in
--archive)
    pg_receivewal --no-password --slot=archive --create-slot --if-not-exists
    exec pg_receivewal --no-password --slot=archive --synchronous --directory="$wal"
    ;;
--nightly)
    hour=${2:?the time of day, as 03:00}
    while true; do
        next=$(date -d "$hour" +%s) now=$(date +%s)
        [ "$next" -gt "$now" ] || next=$(date -d "tomorrow $hour" +%s)
        sleep $((next - now)) &
        wait $! # a signal ends the wait, not only the sleep
        "$0" || say 'no backup was made this night: see above.' >&2
    done
    ;;
'') ;;
*) fail "unknown argument $1: see the beginning of $0." ;;
esac

[[ $keep =~ ^[1-9][0-9]*$ ]] || fail "KEEP_BACKUPS is '$keep' and must be a number from 1 on."
exec 9>"$BACKUP_DIR/lock"
flock --nonblock 9 || fail 'another backup is being taken.'
rm -rf "$base"/.new-*
new=$(mktemp -d "$base/.new-XXXXXX")
trap 'rm -rf "$new"' EXIT

began=$SECONDS
pg_basebackup --no-password --pgdata="$new" --format=tar --gzip --wal-method=stream \
    --checkpoint=fast --manifest-checksums=SHA256 --label=selon ||
    fail 'the server gave no base backup: see above.'
name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$new" "$base/$name"
say "base backup $name, $(du -sh "$base/$name" | cut -f1) in $((SECONDS - began)) s"

first=$(first_segment "$base/$name")
if [ ! -e "$wal/$first" ] && [ ! -e "$wal/$first.partial" ]; then
    fail "the archive $wal has no $first: without it only the moment of the backup can be restored. Is backup.sh --archive running?"
fi

mapfile -t all < <(find "$base" -mindepth 1 -maxdepth 1 -name '*Z' | sort)
for ((number = 0; number < ${#all[@]} - keep; number++)); do
    rm -rf "${all[number]}"
    say "deleted ${all[number]##*/}"
done
oldest=$((${#all[@]} > keep ? ${#all[@]} - keep : 0))
pg_archivecleanup "$wal" "$(first_segment "${all[oldest]}")"

if [ -n "${METRICS_DIR:-}" ]; then
    {
        echo '# TYPE selon_backup_timestamp_seconds gauge'
        echo "selon_backup_timestamp_seconds{what=\"postgres\"} $(date +%s)"
    } >"$METRICS_DIR/selon-postgres.new"
    chmod 0644 "$METRICS_DIR/selon-postgres.new"
    mv "$METRICS_DIR/selon-postgres.new" "$METRICS_DIR/selon-postgres.prom"
fi

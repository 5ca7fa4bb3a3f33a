#!/bin/bash
# Backs up what Selon keeps: what people left behind (SQLite or PostgreSQL), the files of the data
# directory, and the index if it lies in files.
#
#   backup.sh                  takes a backup, and deletes those beyond KEEP_BACKUPS (7)
#   backup.sh --nightly 03:00  takes one each night at this time
#
# BACKUP_DIR is where they go, in folders named after their time; Selon's own settings say what there
# is. METRICS_DIR, if set, is a folder of node_exporter's for the time of the last backup.
set -euo pipefail
umask 077

: "${BACKUP_DIR:?the folder of the backups}" "${SELON_DATA_DIR:?the data directory}"
export LC_ALL=C.UTF-8
keep=${KEEP_BACKUPS:-7}

say() { echo "$(date -u +%FT%TZ) backup: $*"; }

fail() {
    say "$*" >&2
    exit 1
}

case "${1:-}" in
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
mkdir -p "$BACKUP_DIR"
exec 9>"$BACKUP_DIR/lock"
flock --nonblock 9 || fail 'another backup is being taken.'
rm -rf "$BACKUP_DIR"/.new-*
new=$(mktemp -d "$BACKUP_DIR/.new-XXXXXX")
trap 'rm -rf "$new"' EXIT

selon state export "$new/state.jsonl" || fail 'the state was not exported: see above.'
tar -C "$SELON_DATA_DIR" --exclude=./cache --exclude=./index --exclude='./state.sqlite*' \
    --exclude=./postgres -cf "$new/files.tar" . || fail "the files of $SELON_DATA_DIR were not copied."
if [ -z "${SELON_INDEX_URL:-}" ] && [ -e "$SELON_DATA_DIR/index/CURRENT" ]; then
    # Not while it holds an article that was removed since the last build: `selon index` mends it.
    selon export "$new/index" || say 'the index is not in this backup: see above.' >&2
fi
name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$new" "$BACKUP_DIR/$name"
say "$name, $(du -sh "$BACKUP_DIR/$name" | cut -f1)"

mapfile -t all < <(find "$BACKUP_DIR" -mindepth 1 -maxdepth 1 -name '*Z' | sort)
for ((number = 0; number < ${#all[@]} - keep; number++)); do
    rm -rf "${all[number]}"
    say "deleted ${all[number]##*/}"
done

if [ -n "${METRICS_DIR:-}" ]; then
    {
        echo '# TYPE selon_backup_timestamp_seconds gauge'
        echo "selon_backup_timestamp_seconds{what=\"data\"} $(date +%s)"
    } >"$METRICS_DIR/selon-data.new"
    chmod 0644 "$METRICS_DIR/selon-data.new"
    mv "$METRICS_DIR/selon-data.new" "$METRICS_DIR/selon-data.prom"
fi

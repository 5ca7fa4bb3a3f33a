#!/bin/bash
# Backups, each in a folder named after the time at which it was complete:
#
#   backup.sh data      what Selon keeps: what people left behind (from SQLite or PostgreSQL), the
#                       files of the data directory, and the index if it lies in files
#   backup.sh postgres  a base backup of PostgreSQL
#   backup.sh archive   runs for ever, and takes in PostgreSQL's write-ahead log: with it a base
#                       backup can be restored to any moment since (postgres/restore.sh)
#   backup.sh --nightly 03:00 data|postgres   runs for ever, and takes one each night
#
# BACKUP_DIR is where they go; those beyond KEEP_BACKUPS (7) are deleted, and the log that only they
# need. BACKUP_DIR/metrics is for node_exporter. For `data`, Selon's own settings say what there is;
# for the others, libpq's variables which server (PGHOST may name several: the one that takes writes
# is asked), as an account with REPLICATION.
set -euo pipefail
umask 077
export LC_ALL=C.UTF-8

say() { echo "$(date -u +%FT%TZ) backup: $*"; }

fail() {
    say "$*" >&2
    exit 1
}

repeat_nightly() {
    local next now
    trap 'kill "$!" 2>/dev/null || true; exit 0' INT TERM # the first process of a container ignores them otherwise
    while true; do
        next=$(date -d "$1" +%s) now=$(date +%s)
        [ "$next" -gt "$now" ] || next=$(date -d "tomorrow $1" +%s)
        sleep $((next - now)) &
        wait $! # a signal ends this, and not only after the sleep
        "$0" "$2" || say "no backup of $2 was made this night: see above." >&2
    done
}

take_data() {
    : "${SELON_DATA_DIR:?the data directory}"
    if [ -z "${SELON_DATABASE_URL:-}${SELON_INDEX_URL:-}" ] &&
        [ ! -e "$SELON_DATA_DIR/state.sqlite" ] && [ ! -e "$SELON_DATA_DIR/index" ]; then
        fail "$SELON_DATA_DIR has neither a state nor an index: is its disk mounted?"
    fi
    selon state export "$new/state.jsonl" || fail 'the state was not exported: see above.'
    tar -C "$SELON_DATA_DIR" --exclude=./cache --exclude=./index --exclude=./postgres \
        --exclude='./state.sqlite*' -cf "$new/files.tar" . ||
        [ $? = 1 ] || # a file changed or went while it was read, as files of a running bot do
        fail "the files of $SELON_DATA_DIR were not copied: see above."
    if [ -z "${SELON_INDEX_URL:-}" ] && [ -d "$SELON_DATA_DIR/index" ]; then
        # Refused while it holds an article removed since the last build: the next one mends that.
        selon export "$new/index" || say 'the index is not in this backup: see above.' >&2
    fi
}

take_postgres() {
    pg_basebackup --no-password --pgdata="$new" --format=tar --gzip --wal-method=stream \
        --checkpoint=fast --manifest-checksums=SHA256 --label=selon ||
        fail 'the server gave no base backup: see above.'
}

# The first segment of the log that a base backup needs.
first_segment() {
    tar -xzOf "$1/base.tar.gz" --occurrence=1 backup_label |
        sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p'
}

check_archive() {
    local first
    first=$(first_segment "$1")
    [ -e "$wal/$first" ] || [ -e "$wal/$first.partial" ] ||
        fail "the archive $wal has no $first: no moment but that of the backup can be restored. Is 'backup.sh archive' running?"
}

: "${BACKUP_DIR:?the folder of the backups}"
export PGTARGETSESSIONATTRS=read-write PGAPPNAME=selon-backup
wal=$BACKUP_DIR/wal keep=${KEEP_BACKUPS:-7} kind=${1:-}
[[ $keep =~ ^[1-9][0-9]*$ ]] || fail "KEEP_BACKUPS is '$keep' and must be a number from 1 on."
case "$kind" in
data | postgres) ;;
archive)
    mkdir -p "$wal"
    pg_receivewal --no-password --slot=archive --create-slot --if-not-exists
    exec pg_receivewal --no-password --slot=archive --synchronous --directory="$wal"
    ;;
--nightly) repeat_nightly "${2:?the time of day, as 03:00}" "${3:?data or postgres}" ;;
*) fail "what is to be backed up, data or postgres? See the beginning of $0." ;;
esac

taken=$BACKUP_DIR/$kind began=$SECONDS
mkdir -p "$taken"
install -d -m 0755 "$BACKUP_DIR/metrics"
exec 9>"$taken/lock"
flock --nonblock 9 || fail 'another backup is being taken.'
rm -rf "$taken"/.new-*
new=$(mktemp -d "$taken/.new-XXXXXX")
trap 'rm -rf "$new"' EXIT
"take_$kind"
while name=$(date -u +%Y%m%dT%H%M%SZ) && [ -e "$taken/$name" ]; do # one took less than a second
    sleep 0.1
done
mv "$new" "$taken/$name"
say "$kind $name: $(du -sh "$taken/$name" | cut -f1) in $((SECONDS - began)) s"
[ "$kind" = data ] || check_archive "$taken/$name"

mapfile -t all < <(find "$taken" -mindepth 1 -maxdepth 1 -name '*Z' | sort)
while [ ${#all[@]} -gt "$keep" ]; do
    rm -rf "${all[0]}"
    say "deleted $kind ${all[0]##*/}"
    all=("${all[@]:1}")
done
[ "$kind" = data ] || pg_archivecleanup "$wal" "$(first_segment "${all[0]}")"

figure=$BACKUP_DIR/metrics/selon-$kind
echo "selon_backup_timestamp_seconds{what=\"$kind\"} $(date +%s)" >"$figure.new"
chmod 0644 "$figure.new"
mv "$figure.new" "$figure.prom"

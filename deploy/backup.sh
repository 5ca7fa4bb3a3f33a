#!/bin/bash
# Backups:
#
#   backup.sh data      what Selon keeps: what people left behind (from SQLite or PostgreSQL), the
#                       files of the data directory, and the index if it lies in files; in a folder
#                       named after the time at which it was complete
#   backup.sh postgres  PostgreSQL, by pgBackRest, of the stanza STANZA (selon): all of it on Sundays,
#                       what has changed since on other days; nothing on a standby
#   backup.sh --nightly 03:00 data|postgres   runs for ever, and takes one each night
#
# BACKUP_DIR is where those of `data` go; those beyond KEEP_BACKUPS (7) are deleted. pgBackRest's own
# settings say where those of PostgreSQL go, and libpq's variables how to reach this machine's server.
# BACKUP_DIR/metrics is for node_exporter. For `data`, Selon's own settings say what there is.
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
    selon state export "$new/state.sqlite" || fail 'the state was not exported: see above.'
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
    local standby type=diff
    standby=$(psql --no-psqlrc --no-align --tuples-only --command='SELECT pg_is_in_recovery()' \
        postgres) || fail 'the server does not answer: see above.'
    if [ "$standby" = t ]; then
        say 'this server is a standby: its primary makes the backup.'
        exit 0
    fi
    [ "$(date +%u)" != 7 ] || type=full
    pgbackrest --stanza="${STANZA:-selon}" --type=$type backup ||
        fail 'pgBackRest made no backup: see above.'
}

# Take a backup of `data`, and delete the oldest ones.
keep_data() {
    local taken=$BACKUP_DIR/data name all
    mkdir -p "$taken"
    rm -rf "$taken"/.new-*
    new=$(mktemp -d "$taken/.new-XXXXXX")
    trap 'rm -rf "$new"' EXIT
    take_data
    while name=$(date -u +%Y%m%dT%H%M%SZ) && [ -e "$taken/$name" ]; do # one took less than a second
        sleep 0.1
    done
    mv "$new" "$taken/$name"
    say "data $name: $(du -sh "$taken/$name" | cut -f1)"
    mapfile -t all < <(find "$taken" -mindepth 1 -maxdepth 1 -name '*Z' | sort)
    while [ ${#all[@]} -gt "$keep" ]; do
        rm -rf "${all[0]}"
        say "deleted data ${all[0]##*/}"
        all=("${all[@]:1}")
    done
}

: "${BACKUP_DIR:?the folder of the backups}"
keep=${KEEP_BACKUPS:-7} kind=${1:-}
[[ $keep =~ ^[1-9][0-9]*$ ]] || fail "KEEP_BACKUPS is '$keep' and must be a number from 1 on."
case "$kind" in
data | postgres) ;;
--nightly) repeat_nightly "${2:?the time of day, as 03:00}" "${3:?data or postgres}" ;;
*) fail "what is to be backed up, data or postgres? See the beginning of $0." ;;
esac

mkdir -p "$BACKUP_DIR"
install -d -m 0755 "$BACKUP_DIR/metrics"
exec 9>"$BACKUP_DIR/$kind.lock"
flock --nonblock 9 || fail 'another backup is being taken.'
began=$SECONDS
if [ "$kind" = data ]; then
    keep_data
else
    take_postgres
fi
say "$kind: done in $((SECONDS - began)) s"

figure=$BACKUP_DIR/metrics/selon-$kind
echo "selon_backup_timestamp_seconds{what=\"$kind\"} $(date +%s)" >"$figure.new"
chmod 0644 "$figure.new"
mv "$figure.new" "$figure.prom"

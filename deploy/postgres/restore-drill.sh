#!/bin/bash
# Restores PostgreSQL's backups into a scratch server, as they are or to a moment, and has Selon answer
# from it. What goes on is printed; nothing of the service is touched.
#
#   restore-drill.sh [TIME]          all of it, where PostgreSQL and Selon are both installed
#   restore-drill.sh --serve [TIME]  only the scratch server
#   restore-drill.sh --check         only Selon's part, on the server of SELON_INDEX_URL
#
# As root, the server runs as SERVER_ACCOUNT (postgres), which must be able to read the repository.
#
# DRILL_TIME is the time if none is given. BACKUP_DIR/metrics is for node_exporter; DATABASE_PASSWORD is
# that of Selon's account in the backups. The server lies in DRILL_DIR (/var/tmp) and listens on
# DRILL_PORT (54329); DRILL_SECONDS (7200) bound its recovery. QUESTION is what Selon is asked; the
# newest article's title otherwise. SERVER_CONFIG is the server's postgresql.conf if it does not lie
# in its data directory (Debian: /etc/postgresql/17/main/postgresql.conf).
set -euo pipefail
umask 077

say() { echo "$(date -u +%FT%TZ) drill: $*"; }

fail() {
    say "FAILED: $*" >&2
    exit 1
}

as_server() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u "${SERVER_ACCOUNT:-postgres}" -- "$@"
    else
        "$@"
    fi
}

restore() {
    scratch=$(as_server mktemp -d "${DRILL_DIR:-/var/tmp}/selon-drill.XXXXXX")
    local moment=${1:-${DRILL_TIME:-}} target=()
    [ -z "$moment" ] || target=(--type=time "--target=$moment" --target-action=promote)
    say "restores to ${moment:-the end of the archive}"
    as_server pgbackrest --stanza="${STANZA:-selon}" --pg1-path="$scratch/data" --archive-mode=off \
        "${target[@]}" restore || fail 'no server can be made of the backups: see above.'
    # Not there before its recovery has ended, on any machine, and on its own.
    settings=(-c hot_standby=off -c synchronous_standby_names= -c "port=$port"
        -c unix_socket_directories=)
    [ -z "${SERVER_CONFIG:-}" ] ||
        settings+=(-c "config_file=$SERVER_CONFIG" -c "data_directory=$scratch/data")
}

check() {
    : "${SELON_INDEX_URL:?the database of the index}" "${SELON_DATABASE_URL:?that of the state}"
    say 'every byte of the index:'
    selon status || fail 'the index is not whole.'
    local question=${QUESTION:-} code=0
    [ -n "$question" ] || question=$(selon list --json --limit 1 | python3 -c 'import json, sys
print(json.loads(sys.stdin.readline())["title"])') || fail 'the index shows no article.'
    say "asks: $question"
    selon ask -- "$question" || code=$?
    case $code in
    0 | 4) ;; # sure, or perhaps
    *) fail "Selon gave no answer (exit code $code)." ;;
    esac
    say 'what people left behind:'
    selon state export "$BACKUP_DIR/drill.sqlite" || fail 'the state cannot be read.'
    python3 -c 'import sqlite3, sys
people, = sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM people").fetchone()
print(f"people: {people}")' "$BACKUP_DIR/drill.sqlite" || fail 'the exported state cannot be read.'
    rm "$BACKUP_DIR/drill.sqlite"
    local figure=$BACKUP_DIR/metrics/selon-drill
    install -d -m 0755 "$BACKUP_DIR/metrics"
    echo "selon_drill_timestamp_seconds $(date +%s)" >"$figure.new"
    chmod 0644 "$figure.new"
    mv "$figure.new" "$figure.prom"
    say 'PASSED'
}

: "${BACKUP_DIR:?the folder of the backups}"
port=${DRILL_PORT:-54329}
case "${1:-}" in
--check)
    check
    ;;
--serve)
    shift
    restore "$@"
    exec postgres -D "$scratch/data" "${settings[@]}" -c 'listen_addresses=*'
    ;;
*)
    : "${DATABASE_PASSWORD:?the password of the account selon}"
    trap 'as_server pg_ctl --pgdata="$scratch/data" --mode=immediate stop >/dev/null 2>&1 || true; rm -rf "$scratch"' EXIT
    began=$SECONDS
    restore "$@"
    # pg_ctl would wait no longer than until the recovery begins.
    as_server pg_ctl --pgdata="$scratch/data" --log="$scratch/log" --no-wait \
        --options="${settings[*]} -c listen_addresses=127.0.0.1" start >/dev/null
    until pg_isready --quiet --host=127.0.0.1 --port="$port"; do
        if [ $((SECONDS - began)) -gt "${DRILL_SECONDS:-7200}" ] || { [ -s "$scratch/log" ] &&
            ! as_server pg_ctl --pgdata="$scratch/data" status >/dev/null; }; then
            tail -n 20 "$scratch/log" >&2
            fail 'the server did not recover: see above.'
        fi
        sleep 0.5
    done
    say "the server has recovered, after $((SECONDS - began)) s"
    sed -n 's/^.*LOG:  \(.*recovery stopping\|last completed transaction\|redo done\)/  \1/p' "$scratch/log"
    export SELON_INDEX_URL="postgresql://selon:$DATABASE_PASSWORD@127.0.0.1:$port/selon"
    export SELON_DATABASE_URL="postgresql+psycopg://selon:$DATABASE_PASSWORD@127.0.0.1:$port/selon"
    check
    say "took $((SECONDS - began)) s"
    ;;
esac

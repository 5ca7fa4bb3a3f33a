#!/bin/bash
# Puts a backup of backup.sh into an empty folder, for a server to start from:
#
#   restore.sh FOLDER           with everything that is in the archive
#   restore.sh FOLDER TIME      as it was then: '2026-11-28 14:30:00+01'
#
# The server that is started on it reads the archive up to that moment, then takes writes, on a new
# timeline. BACKUP_DIR is where the backups are, and must be readable to the server.
set -euo pipefail
umask 077
export LC_ALL=C

fail() {
    echo "restore: $*" >&2
    exit 1
}

: "${BACKUP_DIR:?the folder of the backups}"
folder=${1:?the folder to restore to} moment=${2:-}
[ -z "$(ls -A "$folder" 2>/dev/null)" ] || fail "$folder is not empty: set aside what it holds first."
[[ $BACKUP_DIR$moment != *[\'\\%\"]* ]] || fail "no quotes, % or \\ in BACKUP_DIR or the time, please."
limit=Z # after all names
if [ -n "$moment" ]; then
    limit=$(date -u -d "$moment" +%Y%m%dT%H%M%SZ) || fail "'$moment' is no time: write it as 2026-11-28 14:30:00+01."
fi

chosen='' oldest=''
for each in "$BACKUP_DIR"/postgres/*Z; do
    name=${each##*/}
    [ -s "$each/backup_manifest" ] || continue
    oldest=${oldest:-$name}
    [[ $name > $limit ]] || chosen=$name # the name is the time at which it was complete
done
[ -n "$oldest" ] || fail "there is no backup in $BACKUP_DIR/postgres."
[ -n "$chosen" ] || fail "the oldest backup, $oldest, is of a later time than $moment."

echo "restore: base backup $chosen to $folder"
mkdir -p "$folder/pg_wal"
chmod 0700 "$folder"
tar -xzf "$BACKUP_DIR/postgres/$chosen/base.tar.gz" -C "$folder"
tar -xzf "$BACKUP_DIR/postgres/$chosen/pg_wal.tar.gz" -C "$folder/pg_wal"
cp "$BACKUP_DIR/postgres/$chosen/backup_manifest" "$folder/"
pg_verifybackup "$folder"
rm -f "$folder/backup_manifest" "$folder/standby.signal"

wal=$BACKUP_DIR/wal
{
    echo "restore_command = 'if [ -e \"$wal/%f\" ]; then cp \"$wal/%f\" \"%p\"; else cp \"$wal/%f.partial\" \"%p\"; fi'"
    [ -z "$moment" ] || echo "recovery_target_time = '$moment'"
    echo "recovery_target_action = 'promote'"
} >>"$folder/postgresql.auto.conf"
touch "$folder/recovery.signal"
echo "restore: start a server on it; it reads the archive${moment:+ up to $moment} first"

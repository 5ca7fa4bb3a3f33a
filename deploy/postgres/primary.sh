#!/bin/bash
# Run once, by the image's entry point, when the primary's folder is empty: the database of Selon and
# its account, pgvector, accounts for standbys and for the metrics, and slots for the standby
# and the archive.
set -euo pipefail

psql --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres \
    --set=selon="$DATABASE_PASSWORD" --set=replica="$REPLICATION_PASSWORD" \
    --set=monitor="$MONITOR_PASSWORD" <<'SQL'
CREATE ROLE selon LOGIN PASSWORD :'selon';
CREATE DATABASE selon OWNER selon;
CREATE ROLE replica LOGIN REPLICATION PASSWORD :'replica';
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;
SELECT pg_create_physical_replication_slot('standby', true);
SELECT pg_create_physical_replication_slot('archive', true);
\connect selon
CREATE EXTENSION vector;
SQL

echo 'host replication replica all scram-sha-256' >>"$PGDATA/pg_hba.conf"

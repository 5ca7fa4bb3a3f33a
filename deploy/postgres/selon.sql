-- Run once on a new server, as its superuser and with both passwords in the environment: the database
-- of Selon and its account, pgvector, and an account for the metrics.
\getenv selon DATABASE_PASSWORD
\getenv monitor MONITOR_PASSWORD
\set ON_ERROR_STOP 1
CREATE ROLE selon LOGIN PASSWORD :'selon';
CREATE ROLE monitor LOGIN PASSWORD :'monitor' IN ROLE pg_monitor;
CREATE DATABASE selon OWNER selon;
\connect selon
CREATE EXTENSION vector;

#!/bin/bash
# Run once by the Postgres image on an empty volume: a role and a database for each service, closed
# to the others.
set -euo pipefail

for service in gateway participants usdp mmd reads vee billing reporting; do
  psql --set=ON_ERROR_STOP=1 --set=role="mdmr_$service" --set=password="$MDMR_DB_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role :"role" login nocreatedb nocreaterole password :'password';
create database :"role" owner :"role" template template0 encoding 'UTF8' locale 'C';
revoke connect, temporary on database :"role" from public;
SQL
done
psql --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
  --command 'revoke connect on database postgres, template1 from public'

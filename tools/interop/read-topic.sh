#!/usr/bin/env bash
# Reads a topic of a running hub with two tools that know nothing of the suite: Kafka's own console
# consumer (Java) fetches, Python's fastavro decodes with the schemas in schemas/.
#   tools/interop/read-topic.sh <topic> [max messages] [brokers]
# Needs Java 17+, Python 3 with venv, and a hub (npm start); prints one JSON document a message.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

topic=${1:-}
if [ -z "$topic" ] || [ "$topic" = --help ]; then
  sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
fi
max=${2:-1000000}
brokers=${3:-${MDMR_KAFKA_BROKERS:-127.0.0.1:$((${MDMR_PORT_BASE:-7400} + 92))}}

jars=$(ls -dt node_modules/.cache/mdmr-kafka/*/ 2>/dev/null | head -n 1)
if [ -z "$jars" ]; then
  echo 'The Kafka jars are not here yet: run npm start once.' >&2
  exit 1
fi
venv=node_modules/.cache/mdmr-interop
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r tools/interop/requirements.txt
fi

java -cp "${jars}*" -Dlog4j2.configurationFile=tools/interop/log4j2.properties \
  org.apache.kafka.tools.consumer.ConsoleConsumer \
  --bootstrap-server "$brokers" --topic "$topic" --from-beginning \
  --max-messages "$max" --timeout-ms 8000 \
  --property print.headers=true --property print.key=true \
  --value-deserializer org.apache.kafka.common.serialization.BytesDeserializer \
  2> >(grep -v -E 'TimeoutException|Processed a total|^\s+at |ERROR|SLF4J' >&2 || true) |
  "$venv/bin/python" tools/interop/decode.py

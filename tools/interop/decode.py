"""Decodes the console consumer's lines with fastavro and the schemas of this repository.

stdin: lines of `Headers<TAB>key<TAB>value` as Kafka's console consumer prints bytes (\\xNN escapes).
stdout: one JSON document a message: schema, lane, seq, key, value.
"""
import io
import json
import pathlib
import re
import struct
import sys

import fastavro

ROOT = pathlib.Path(__file__).resolve().parents[2] / "schemas"
HEADER_BYTES = 5


def schemas_by_id():
    found = {}
    for name, number in json.loads((ROOT / "lock.json").read_text()).items():
        event, version = name.split("/")
        service, kind = event.split(".")
        schema = json.loads((ROOT / service / kind / f"{version}.avsc").read_text())
        found[number] = (name, fastavro.parse_schema(schema))
    return found


def unescape(text):
    return re.sub(
        rb"\\x([0-9A-Fa-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text.encode("latin-1")
    )


def main():
    schemas = schemas_by_id()
    count = 0
    for line in io.TextIOWrapper(sys.stdin.buffer, encoding="latin-1", newline="\n"):
        headers, key, value = line.rstrip("\n").split("\t", 2)
        message = unescape(value)
        magic, number = struct.unpack(">bi", message[:HEADER_BYTES])
        if magic != 0 or number not in schemas:
            sys.exit(f"message {count}: not in the wire format, or schema id {number} unknown")
        name, schema = schemas[number]
        body = io.BytesIO(message[HEADER_BYTES:])
        event = fastavro.schemaless_reader(body, schema)
        if body.read(1):
            sys.exit(f"message {count}: bytes left over after {name}")
        print(json.dumps({"schema": name, "headers": headers, "key": key, "value": event}))
        count += 1
    print(f"{count} messages decoded", file=sys.stderr)


main()

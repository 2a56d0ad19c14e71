#!/usr/bin/env python3
"""Writes the inputs that a fuzz run begins with into a folder: seeds.py FOLDER."""
import gzip
import pathlib
import sys

HEADER = b"member_id,timestamp,event,value,target_id,area\n"
LOG = HEADER + b'a,2024-01-01T00:00:00Z,post,2.5,b,"x,""y""\nz"\nb,2024-02-29,like,,,\n'
SEGMENT = (
    b'{"userId":"u","type":"track","event":"Paid","timestamp":"2024-01-01T00:00:00.5+05:45",'
    b'"messageId":"1","properties":{"revenue":9.5,"plan":"a"}}\n'
)
LINE = b'{"member_id":"a","timestamp":"2024-01-01","event":"x","value":1.5,"p":true,"q":"s"}\n'
SEEDS = {
    0: [
        LOG, HEADER + b"a,2024-01-01,x,1,b,y\r\n,,,,,\r\na,never,x,1e999,,\n",
        b"\xef\xbb\xbfmember_id;timestamp;event\r\n\"a\";2024-01-01;x\r\n",
        b"member_id\ttimestamp\tevent\tevent_id\na\t2024-02-29 12:00:00.5+05:45\tx\t1\n" * 2,
        b"member_id,timestamp,event\ra,2024-01-01,x\r",
    ],
    1: [LINE, SEGMENT, LINE + b'{"member_id":"a","p":[1,{"q":null}]}\n', b"nonsense\n" + LINE],
    2: [
        b"2024-02-29T12:30:00Z", b"2024-02-29", b"2016-12-31T23:59:60Z",
        b"2024-01-01 00:00:00.123456789-08:00", b"1e15", b"-0.000123456789012345678901234e-5",
    ],
    3: [gzip.compress(LOG, mtime=0), gzip.compress(LOG, mtime=0) * 2 + b"\0" * 8, LOG],
    4: [
        b"member_id,joined_at,age,topics\na,2024-01-01,3,x|y\nb,,4.5,\na,2024-01-02,5,z\n",
        b'{"member_id":"a","vip":true,"age":3}\n{"member_id":"b","topics":["x","y"]}\n',
    ],
    5: [
        b"\0\x05\0" + b'a,2024-01-01,"x\ny"\nb,2024-01-02,x\n', b"\0\x01\0" + b"a,2024-01-01,x\r\n" * 3,
        b"\x01\x20\0" + LINE * 2, b"\0\x03\0" + b'"a,2024-01-01,x\nb,2024-01-02,x\n',
    ],
}

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    for reader, inputs in SEEDS.items():
        for place, data in enumerate(inputs):
            (folder / f"seed-{reader}-{place}").write_bytes(bytes([reader]) + data)

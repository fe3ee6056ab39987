"""What a broker tells of itself on the wire (ApiVersions), for brokers whose log we cannot read.

A broker never says its version; it says the newest metadata version that it supports, and that names a release.
"""

import socket
import struct

from deploy.local.errors import LocalError

_API_VERSIONS = 18
_NAME = b"\x08shouwen"  # a compact string: its length plus one, then the text
_SUPPORTED_FEATURES = 0
# The first metadata version of each release that production brokers run.
_RELEASES = ((30, "4.3"), (28, "4.2"), (26, "4.1"), (22, "4.0"), (20, "3.9"), (16, "3.8"), (15, "3.7"), (1, "3"))


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        part = self._data[self._at : self._at + count]
        if len(part) != count:
            raise LocalError("The broker's answer ends early: is it Kafka?")
        self._at += count
        return part

    def short(self) -> int:
        return int.from_bytes(self.take(2), "big", signed=True)

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def skip_tags(self) -> None:
        for _ in range(self.varint()):
            self.varint()
            self.take(self.varint())


def supported_features(bootstrap: str) -> dict[str, int]:
    """The newest level of each feature that the broker at `host:port` supports; LocalError if it does not answer."""
    host, _, port = bootstrap.split(",")[0].strip().rpartition(":")
    head = struct.pack(">hhih", _API_VERSIONS, 3, 1, -1) + b"\x00"
    request = head + _NAME + b"\x021\x00"
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=10) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _receive(connection, 4))
            answer = _Reader(_receive(connection, size))
    except (OSError, ValueError) as error:
        raise LocalError(f"No Kafka answers at {bootstrap}: {error}") from error
    return _parse(answer)


def version(bootstrap: str) -> str:
    """The release line of the broker, such as `4.3`; `unknown` when it does not say."""
    level = supported_features(bootstrap).get("metadata.version")
    if level is None:
        return "unknown"
    return next((name for first, name in _RELEASES if level >= first), "unknown")


def _parse(answer: _Reader) -> dict[str, int]:
    answer.take(4)
    if answer.short() != 0:
        raise LocalError("The broker refuses to tell its versions: it is older than Kafka 2.4.")
    for _ in range(answer.varint() - 1):
        answer.take(6)
        answer.skip_tags()
    answer.take(4)
    features: dict[str, int] = {}
    for _ in range(answer.varint()):
        tag = answer.varint()
        section = _Reader(answer.take(answer.varint()))
        if tag != _SUPPORTED_FEATURES:
            continue
        for _ in range(section.varint() - 1):
            name = section.take(section.varint() - 1).decode()
            section.short()
            features[name] = section.short()
            section.skip_tags()
    return features


def _receive(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = connection.recv(count - len(data))
        if not part:
            raise LocalError("The broker closed the connection: is it Kafka?")
        data += part
    return data

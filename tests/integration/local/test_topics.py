"""Topics of the file stand on the broker as stated, and a second time changes nothing."""

from dataclasses import replace
from uuid import uuid4

import pytest

from deploy.local import topics
from deploy.local.errors import LocalError
from tests.support.servers import Addresses


async def test_the_file_s_topics_are_created_once_and_altered_when_they_differ(servers: Addresses) -> None:
    prefix = f"t{uuid4().hex[:10]}."
    wanted = topics.read_topics(prefix)
    first = await topics.ensure(servers.kafka, wanted)
    assert set(first.created) == {t.name for t in wanted}
    assert all(name.startswith(prefix) for name in first.created)

    second = await topics.ensure(servers.kafka, wanted)
    assert (second.created, second.altered) == ((), ())

    other = replace(wanted[0], config={**wanted[0].config, "segment.ms": "3600000"})
    assert (await topics.ensure(servers.kafka, [other])).altered == (other.name,)
    assert (await topics.ensure(servers.kafka, wanted)).altered == (other.name,)

    more = replace(wanted[0], partitions=wanted[0].partitions + 1)
    with pytest.raises(LocalError, match="fixed for the life of a topic"):
        await topics.ensure(servers.kafka, [more])

    await topics.delete(servers.kafka, [t.name for t in wanted])
    assert set((await topics.ensure(servers.kafka, wanted[:1])).created) == {wanted[0].name}
    await topics.delete(servers.kafka, [wanted[0].name])


async def test_a_setting_that_the_broker_does_not_know_is_refused(servers: Addresses) -> None:
    with pytest.raises(LocalError, match="refused"):
        await topics.ensure(
            servers.kafka, [topics.Topic(f"t{uuid4().hex[:10]}.wrong", 1, config={"no.such.setting": "1"})]
        )

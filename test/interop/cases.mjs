// SPDX-License-Identifier: MIT
// The cases of test/interop/run: a name, and a function that gets its stage.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { matchFilter } from 'nostr-tools/filter';
import { verifyEvent } from 'nostr-tools/pure';
import { assertCloses, assertDelivered, assertStats, members, notes, publish, readBack, write } from './checks.mjs';
import { batch, note, readEvents, secretKey, sign } from './events.mjs';

// Short enough for a test, long enough that the client dials the relay while it is down.
const soon = ['--delay', '100', '--max-delay', '200'];

async function stored(stage) {
  const events = batch('stored');
  const relay = await stage.relay('--fill', write(events));
  const client = stage.client(relay.url);
  client.send('subscribe', 'all', '{}');
  await client.once('all_eose', { sub: 'all' });
  assertDelivered(client, 'all', events);
  const last = client.lines.findLastIndex((line) => line.type === 'event');
  assert.ok(last < client.lines.findIndex((line) => line.type === 'eose'), 'EOSE comes behind the stored events');
  const counts = await assertStats(client);
  assert.equal(counts.delivered, events.length);
  assert.equal(counts.verified, events.length);
  await assertCloses(client);
  assert.deepEqual(client.all('closed'), [{ type: 'closed', sub: 'all', reason: 'pool_closed' }]);
}

async function filters(stage) {
  const events = batch('filters');
  const relay = await stage.relay('--fill', write(events));
  const client = stage.client(relay.url);
  const asked = [
    { kinds: [0, 3, 30023] },
    { authors: events.slice(0, 5).map((event) => event.pubkey) },
    { ids: [events[7].id, events[9].id, 'f'.repeat(64)] },
    { '#t': ['nostr'] },
    { '#t': ['"quoted" \\ /'] },
    { '#p': ['b'.repeat(64)], kinds: [1] },
    { since: events[10].created_at, until: events[20].created_at },
    { kinds: [65535], since: 1, until: 2 },
  ];
  asked.forEach((filter, number) => client.send('query', number, JSON.stringify(filter)));
  client.send('query', 'two', JSON.stringify(asked[0]), JSON.stringify(asked[1]));
  client.send('query', 'newest', JSON.stringify({ limit: 3 }));
  await client.times(asked.length + 2, 'closed', { reason: 'all_eose' });
  asked.forEach((filter, number) => {
    assertDelivered(client, String(number), events.filter((event) => matchFilter(filter, event)));
  });
  const either = events.filter((event) => matchFilter(asked[0], event) || matchFilter(asked[1], event));
  assertDelivered(client, 'two', either);
  const newest = [...events].sort((a, b) => b.created_at - a.created_at).slice(0, 3);
  assertDelivered(client, 'newest', newest);
  await assertStats(client);
  await assertCloses(client);
}

async function live(stage) {
  const before = notes('live', 5);
  const relay = await stage.relay('--fill', write(before));
  const client = stage.client(relay.url);
  client.send('subscribe', 'tagged', JSON.stringify({ '#t': ['live'] }));
  client.send('subscribe', 'all', '{}');
  client.send('subscribe', 'new', JSON.stringify({ limit: 0 }));
  await client.times(3, 'all_eose');

  // This relay ignores tags when it passes on live events, so the client has to check them.
  const untagged = [sign('untagged', 0), sign('ephemeral', 0, { kind: 20_001, content: 'not stored' })];
  const tagged = Array.from({ length: 20 }, (_, number) => note('live', 100 + number));
  const odd = batch('odd').filter((event) => event.kind === 1);
  const other = await stage.other(relay.url);
  await publish(other, ...untagged, ...odd, ...tagged);
  await client.times(5 + 20, 'event', { sub: 'tagged' });
  await client.times(untagged.length + odd.length + 20, 'event', { sub: 'new' });
  await client.times(5 + untagged.length + odd.length + 20, 'event', { sub: 'all' });

  const { not_matching } = await assertStats(client);
  assert.equal(not_matching, untagged.length + odd.length);
  client.send('unsubscribe', 'all');
  await client.once('closed', { sub: 'all', reason: 'requested' });
  const late = note('live', 200);
  await publish(other, late);
  await client.once('event', { sub: 'tagged', id: late.id });
  await assertCloses(client);
  assertDelivered(client, 'tagged', [...before, ...tagged, late]);
  assertDelivered(client, 'new', [...untagged, ...odd, ...tagged, late]);
  assertDelivered(client, 'all', [...before, ...untagged, ...odd, ...tagged]);
}

async function published(stage) {
  const events = batch('published');
  const relay = await stage.relay();
  const client = stage.client(relay.url);
  const file = write(events);
  client.send('publish', file);
  await client.times(events.length, 'done', { accepted: 1, asked: 1 });
  const other = await stage.other(relay.url);
  const found = await readBack(other, { ids: events.map(({ id }) => id) });
  const byId = (a, b) => (a.id < b.id ? -1 : 1);
  assert.deepEqual(found.map(members).sort(byId), events.map(members).sort(byId));

  client.send('publish', file);
  await client.times(2 * events.length, 'receipt');
  for (const receipt of client.all('receipt').slice(events.length)) {
    assert.equal(receipt.outcome, 'accepted');
    assert.match(receipt.message, /^duplicate:/);
  }
  await client.times(2 * events.length, 'done', { accepted: 1, asked: 1 });
  await assertStats(client);
  await assertCloses(client);
}

async function tampered(stage) {
  const relay = await stage.relay();
  const client = stage.client(relay.url);
  const [changed, forged, good] = notes('tampered', 3);
  client.send('publish', write([{ ...changed, content: 'not what was signed' }, { ...forged, sig: good.sig }, good]));
  await client.times(3, 'done');
  const [first] = client.all('receipt', { id: changed.id });
  const [second] = client.all('receipt', { id: forged.id });
  assert.deepEqual([first.outcome, first.cause], ['rejected', 'refused']);
  assert.equal(first.message, 'invalid: id is wrong');
  assert.deepEqual([second.outcome, second.cause], ['rejected', 'refused']);
  assert.equal(second.message, 'invalid: signature is wrong');
  assert.equal(client.all('receipt', { id: good.id, outcome: 'accepted' }).length, 1);
  relay.send('count');
  assert.equal((await relay.once('count')).events, 1);
  await assertCloses(client);
}

async function signed(stage) {
  // Without control characters that have no short escape: NIP-01 wants them verbatim, but nostr-tools hashes them
  // escaped.
  const all = batch('signed').map(({ content }) => content);
  const contents = [...new Set(all)].filter((content) => !content.includes('\u0000'));
  const relay = await stage.relay();
  const client = stage.client(relay.url);
  const key = secretKey('signed', 0).toString('hex');
  for (const content of contents) client.send('sign', key, 1, Buffer.from(content).toString('hex'));
  await client.times(contents.length, 'done', { accepted: 1, asked: 1 });
  const found = await readBack(await stage.other(relay.url), { authors: [sign('signed', 0).pubkey] });
  const given = client.all('signed').map(({ json }) => json);
  assert.deepEqual(given.map(({ content }) => content), contents);
  assert.ok(given.every((event) => verifyEvent(event)));
  assert.deepEqual(new Set(found.map(({ id }) => id)), new Set(given.map(({ id }) => id)));
  await assertCloses(client);
}

async function restarted(stage) {
  const before = batch('restart');
  const [missed, queued, after] = [notes('missed', 30), note('queued', 0), note('after', 0)];
  const relay = await stage.relay('--fill', write(before));
  const client = stage.client(...soon, relay.url);
  client.send('subscribe', 'all', '{}');
  await client.once('all_eose', { sub: 'all' });

  // The relay keeps the client out by 503 until everything that it must catch up with is stored.
  relay.send('refuse uvnostr');
  relay.send('stop 1001');
  await client.once('state', { state: 'waiting', cause: 'closed_by_relay', close_code: 1001 });
  await client.once('state', { state: 'waiting', cause: 'connection_refused' });
  client.send('publish', write([queued]));
  relay.send('start');
  await relay.times(2, 'listening');
  const other = await stage.other(relay.url);
  await publish(other, ...missed);
  await client.once('state', { state: 'waiting', cause: 'http_status', http_status: 503 });
  assert.equal(client.all('receipt').length, 0);
  relay.send('admit');
  await client.times(2, 'state', { state: 'connected' });
  await client.once('receipt', { id: queued.id, outcome: 'accepted' });
  await client.times(before.length + missed.length + 1, 'event', { sub: 'all' });

  await publish(other, after);
  await client.once('event', { id: after.id });
  await assertStats(client);
  await assertCloses(client);
  assertDelivered(client, 'all', [...before, ...missed, queued, after]);
  assert.equal(client.all('eose').length, 1, 'reconnecting does not repeat EOSE');
  assert.equal(client.all('all_eose').length, 1);
}

async function dropped(stage) {
  const events = notes('dropped', 12);
  const relay = await stage.relay();
  const client = stage.client(...soon, relay.url);
  client.send('subscribe', 'all', '{}');
  client.send('subscribe', 'tagged', JSON.stringify({ '#t': ['dropped'] }));
  await client.times(2, 'all_eose');
  // One event while the connection is away, one as soon as it is back, and again.
  for (let round = 0; round < 6; ++round) {
    relay.send('drop');
    await relay.times(round + 1, 'dropped');
    const other = await stage.other(relay.url);
    await publish(other, events[2 * round]);
    await client.times(round + 2, 'state', { state: 'connected' });
    await publish(other, events[2 * round + 1]);
    await client.times(2 * round + 2, 'event', { sub: 'all' });
    await client.times(2 * round + 2, 'event', { sub: 'tagged' });
  }
  await assertStats(client);
  await assertCloses(client);
  assertDelivered(client, 'all', events);
  assertDelivered(client, 'tagged', events);
}

async function startedLate(stage) {
  const events = notes('late', 3);
  const relay = await stage.relay('--fill', write(events));
  relay.send('stop');
  await relay.once('stopped');
  const client = stage.client(...soon, relay.url);
  client.send('subscribe', 'all', '{}');
  await client.times(2, 'state', { state: 'waiting', cause: 'connection_refused' });
  relay.send('start');
  await client.once('state', { state: 'connected' });
  await client.once('eose', { sub: 'all' });
  await assertCloses(client);
  assertDelivered(client, 'all', events);
}

async function pooled(stage) {
  const events = notes('pooled', 40);
  const [shared, onlySecond] = [notes('shared', 5), note('second', 0)];
  const first = await stage.relay('--fill', write(events.slice(0, 30)));
  const second = await stage.relay('--fill', write(events.slice(10)));
  const client = stage.client(...soon, first.url, second.url);
  client.send('subscribe', 'all', '{}');
  await client.once('all_eose', { sub: 'all' });
  assert.equal(client.all('eose', { sub: 'all' }).length, 2);
  assertDelivered(client, 'all', events);
  const counts = await assertStats(client);
  assert.deepEqual([counts.delivered, counts.verified], [40, 40]);
  // The page that proves an answer complete brings the oldest events of it again, up to a quarter.
  assert.ok(counts.duplicate >= 20 && counts.duplicate <= 20 + 2 * 7, `${counts.duplicate} duplicates`);
  client.send('seen', events[20].id);
  client.send('seen', events[0].id);
  const [both, one] = await client.times(2, 'seen');
  assert.deepEqual([both.relays.length, one.relays.length], [2, 1]);

  const others = [await stage.other(first.url), await stage.other(second.url)];
  for (const other of others) await publish(other, ...shared);
  await client.times(45, 'event', { sub: 'all' });
  first.send('stop');
  await client.once('state', { url: first.url, state: 'waiting' });
  await publish(others[1], onlySecond);
  await client.once('event', { id: onlySecond.id });
  await assertStats(client);
  await assertCloses(client);
  assertDelivered(client, 'all', [...events, ...shared, onlySecond]);
  assert.equal(client.all('pool_event').length, 46, 'the pool itself sees each event once');
}

async function changing(stage) {
  const [a, b] = [notes('a', 10), notes('b', 10)];
  const first = await stage.relay('--fill', write(a));
  const second = await stage.relay('--fill', write([...a, ...b]));
  const client = stage.client(first.url);
  client.send('subscribe', 'all', '{}');
  const { relay } = await client.once('eose', { sub: 'all' });
  client.send('add', second.url);
  await client.times(20, 'event', { sub: 'all' });
  client.send('remove', relay);
  await client.once('state', { url: first.url, state: 'stopped' });
  const late = note('b', 10);
  await publish(await stage.other(second.url), late);
  await client.once('event', { id: late.id });
  await assertCloses(client);
  assertDelivered(client, 'all', [...a, ...b, late]);
  await first.once('disconnected', { agent: 'uvnostr' });
  const { code } = await second.once('disconnected', { agent: 'uvnostr' });
  assert.notEqual(code, 1006, 'the relay was sent a close frame');
}

async function refused(stage) {
  const [direct, open] = [sign('refused', 0, { kind: 4, content: 'secret' }), note('refused', 1)];
  const relay = await stage.relay('--hostname', '127.0.0.1', '--fill', write([direct, open]));
  const client = stage.client(relay.url);
  client.send('subscribe', 'direct', JSON.stringify({ kinds: [4] }));
  client.send('subscribe', 'open', JSON.stringify({ kinds: [1] }));
  const { message } = await client.once('relay_closed', { sub: 'direct' });
  assert.match(message, /^restricted: we can't serve DMs/);
  await client.once('eose', { sub: 'open' });
  await assertStats(client);
  await assertCloses(client);
  assertDelivered(client, 'direct', []);
  assertDelivered(client, 'open', [open]);
}

async function authenticated(stage) {
  const direct = sign('direct', 0, { kind: 4, content: 'secret', tags: [['p', sign('direct', 1).pubkey]] });
  const other = sign('direct', 2, { kind: 4, content: 'not for you' });
  const relay = await stage.relay('--hostname', '127.0.0.1', '--fill', write([direct, other]));
  const client = stage.client('--auth', secretKey('direct', 1).toString('hex'), relay.url);
  client.send('subscribe', 'direct', JSON.stringify({ kinds: [4] }));
  await client.once('eose', { sub: 'direct' });
  await assertStats(client);
  await assertCloses(client);
  assertDelivered(client, 'direct', [direct]);
  assert.deepEqual(client.all('relay_closed'), [], 'the refusal that AUTH answered stays between relay and pool');
}

async function destroyed(stage) {
  const relay = await stage.relay('--fill', write(batch('destroyed')));
  const client = stage.client(relay.url);
  client.send('subscribe', 'all', '{}');
  await client.once('event');
  assert.equal(await client.ended({ closeInput: true }), 0, 'exit code');
  assert.deepEqual(client.lines.at(-1), { type: 'end', loop_close: 0 });
  assert.deepEqual([...client.all('closed'), ...client.all('pool_closed'), ...client.all('error')], []);
}

async function real(stage) {
  const file = process.env.UVNOSTR_REAL_MESSAGES;
  const events = readEvents(readFileSync(file, 'utf8')).filter((event) => verifyEvent({ ...event }));
  assert.ok(events.length > 0, `${file} holds no event`);
  const relay = await stage.relay('--fill', file);
  const client = stage.client(relay.url);
  client.send('subscribe', 'all', '{}');
  await client.once('all_eose', { sub: 'all' });
  const counts = await assertStats(client);
  assert.equal(counts.delivered, events.length);
  await assertCloses(client);
  assertDelivered(client, 'all', events);
}

export const cases = [
  ['stored events all come, each once, verified, before EOSE', stored],
  ['filters select what nostr-tools says they select', filters],
  ['events published by nostr-tools arrive live, and only where they match', live],
  ['events published by uvnostr are read back equal by nostr-tools', published],
  ['tampered events are rejected in the relay\'s words', tampered],
  ['events signed by uvnostr verify elsewhere', signed],
  ['a restart of the relay loses nothing and repeats nothing', restarted],
  ['connections cut six times lose nothing and repeat nothing', dropped],
  ['a relay that is down at the start is dialled again', startedLate],
  ['two relays with the same events give each once', pooled],
  ['relays are added and removed while it runs', changing],
  ['a refused subscription ends in the relay\'s words, and alone', refused],
  ['a refused subscription is asked again after AUTH', authenticated],
  ['a pool destroyed while events come leaves an empty loop', destroyed],
  ...(process.env.UVNOSTR_REAL_MESSAGES ? [['messages of real relays all come, each once', real]] : []),
];

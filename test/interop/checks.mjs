// SPDX-License-Identifier: MIT
// Shared by the cases: events in files, connections of other clients, and checks that must always hold for our client.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { note } from './events.mjs';

const folder = mkdtempSync(join(tmpdir(), 'uvnostr-interop-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

let files = 0;
export function write(events) {
  const file = join(folder, `${++files}.jsonl`);
  writeFileSync(file, events.map((event) => JSON.stringify(event) + '\n').join(''));
  return file;
}

export function notes(seed, count) {
  return Array.from({ length: count }, (_, number) => note(seed, number));
}

export function members({ id, pubkey, created_at, kind, tags, content, sig }) {
  return { id, pubkey, created_at, kind, tags, content, sig };
}

// The subscription got exactly these events, each once and as it was signed, both in its members and in its JSON.
export function assertDelivered(client, sub, events) {
  const lines = client.all('event', { sub });
  assert.deepEqual(lines.map(({ id }) => id).sort(), events.map(({ id }) => id).sort(), 'which events, and how often');
  const given = new Map(lines.map((line) => [line.id, line]));
  for (const event of events) {
    const line = given.get(event.id);
    assert.deepEqual(members(line), members(event));
    assert.deepEqual(members(line.json), members(event));
    assert.equal(line.verified, true);
  }
}

// Every message is counted under one reason, and none is counted as bad.
export async function assertStats(client) {
  const before = client.all('stats').length;
  client.send('stats');
  await client.times(before + 1, 'stats');
  const bad = ['unknown_verb', 'malformed', 'binary', 'malformed_event', 'wrong_id', 'wrong_signature', 'unverified'];
  const latest = client.all('stats').at(-1);
  assert.equal(latest.sum, latest.messages_in, 'messages counted and messages received');
  for (const reason of bad) assert.equal(latest[reason], 0, reason);
  return latest;
}

// The pool closes properly: one last call, an empty loop, and no errors.
export async function assertCloses(client) {
  client.send('close');
  assert.equal(await client.ended(), 0, 'exit code');
  assert.equal(client.all('pool_closed').length, 1);
  assert.deepEqual(client.lines.slice(-2), [{ type: 'pool_closed' }, { type: 'end', loop_close: 0 }]);
  assert.deepEqual(client.all('error'), []);
}

export async function publish(connection, ...events) {
  for (const event of events) await connection.publish(event);
}

// The events that nostr-tools reads from the relay and verifies.
export function readBack(connection, filter) {
  return new Promise((resolve) => {
    const found = [];
    const sub = connection.subscribe([filter], {
      onevent: (event) => found.push(event),
      oneose: () => { sub.close(); resolve(found); },
    });
  });
}

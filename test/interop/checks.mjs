// SPDX-License-Identifier: MIT
// What the cases have in common: events in files, connections that are not ours, and what must
// always hold for the client.
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

// That subscription was given exactly these events, each once, each as it was signed, whether it
// is read from its members or from its JSON.
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

// Every message is counted under one reason, and none of this relay's is a bad one.
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

// The pool closes in order: one last call, an empty loop, and nothing went wrong on the way.
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

// What nostr-tools reads from the relay, verified by it.
export function readBack(connection, filter) {
  return new Promise((resolve) => {
    const found = [];
    const sub = connection.subscribe([filter], {
      onevent: (event) => found.push(event),
      oneose: () => { sub.close(); resolve(found); },
    });
  });
}

// SPDX-License-Identifier: MIT
// Events signed by nostr-tools, and a reader of files with events.
//
//   node events.mjs [SEED]      prints the batch of that seed, one event a line
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { finalizeEvent } from 'nostr-tools/pure';

const firstSecond = 1_700_000_000;
const everyControlCharacter = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('');

// Content that JSON serialisers and parsers treat in different ways.
const contents = [
  '',
  ' ',
  'plain',
  'quotes " and \' and `',
  'backslashes \\ \\\\ \\n \\u0041',
  'slashes / </script> https://example.com/a?b=c#d',
  'the seven of NIP-01: \n \r \t \b \f " \\',
  everyControlCharacter,
  'delete \u007f and the C1 range \u0080\u0085\u009f',
  'line separator \u2028 paragraph separator \u2029',
  'byte order mark \ufeff and non-characters \ufffe \uffff',
  '\u{1f600}\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}\u{1f1e6}\u{1f1f9}',
  'astral \u{1d54f}\u{10ffff}\u{10000}',
  'Gr\u00fc\u00dfe \u65e5\u672c\u8a9e \u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd',
  'combining a\u0301 is not \u00e1',
  '["EVENT","sub",{"id":"00","content":"a frame inside a note"}]',
  '{"id":"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff","sig":"00"}',
  'x'.repeat(60 * 1024),
  '\u{1f41d}"\\\n'.repeat(4000),
];

const tagLists = [
  [],
  [['t', 'nostr']],
  [['t', 'Nostr'], ['t', 'nostr'], ['r', 'wss://relay.example/']],
  [['e', 'a'.repeat(64), 'wss://relay.example', 'reply'], ['p', 'b'.repeat(64)]],
  [[], [''], ['', ''], ['t']],
  [['t', '"quoted" \\ /'], ['alt', 'tabs\tand\nlines \u2028 \u{1f98a}']],
  [['t', everyControlCharacter]],
  Array.from({ length: 300 }, (_, i) => ['p', i.toString(16).padStart(64, '0')]),
];

const kinds = [0, 1, 3, 4, 7, 40, 1000, 1985, 9735, 10002, 30023, 30078, 39999, 40000, 65535];

export function secretKey(seed, number) {
  return createHash('sha256').update(`uvnostr interop ${seed} ${number}`).digest();
}

export function sign(seed, number, { kind = 1, content = '', tags = [], created_at = firstSecond + number } = {}) {
  return finalizeEvent({ kind, content, tags, created_at }, secretKey(seed, number));
}

// An ordinary note, for tests of when and how often it arrives.
export function note(seed, number) {
  return sign(seed, number, { content: `${seed} ${number}`, tags: [['t', seed]] });
}

// Every content, list of tags and kind above, each by a different author, and extreme dates.
export function batch(seed) {
  const drafts = [
    ...contents.map((content) => ({ content })),
    ...tagLists.map((tags) => ({ content: 'tags', tags })),
    ...kinds.map((kind) => ({ kind, content: `kind ${kind}`, tags: [['d', 'a name']] })),
    { content: 'the first second', created_at: 0 },
    { content: 'the year 2100', created_at: 4_102_444_800 },
  ];
  return drafts.map((draft, number) => sign(seed, number, draft));
}

// The events of a text with one event or relay message per line; other lines are skipped.
export function readEvents(text) {
  const events = [];
  for (const line of text.split('\n')) {
    let value;
    try {
      value = JSON.parse(line);
    } catch {
      continue;
    }
    const event = Array.isArray(value) && value[0] === 'EVENT' ? value[2] : value;
    if (typeof event?.id === 'string' && Array.isArray(event.tags)) events.push(event);
  }
  return events;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const event of batch(process.argv[2] ?? 'batch')) process.stdout.write(JSON.stringify(event) + '\n');
}

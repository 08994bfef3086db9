// SPDX-License-Identifier: MIT
// A relay made of @nostr-relay/core and ws on 127.0.0.1.
//
//   node relay.mjs [--port N] [--fill FILE]... [--hostname NAME]
//
// FILE has one event or relay message per line; other lines are skipped. --hostname demands NIP-42 AUTH of clients.
// Answers are JSON lines on stdout, the first of them {"type":"listening","port":N,"stored":N}. Commands are lines on
// stdin:
//   stop [CODE]      closes the connections, with a close frame of that code if one is given, and the port
//   start            listens on the same port again, with the same store
//   drop             cuts the connections without a close frame
//   refuse WORD      answers 503 to clients whose User-Agent contains WORD
//   admit            ends that
//   count            how many events and connections there are
// It ends when stdin does.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { LogLevel } from '@nostr-relay/common';
import { NostrRelay } from '@nostr-relay/core';
import { WebSocketServer } from 'ws';
import { readEvents } from './events.mjs';
import { Repository } from './repository.mjs';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    fill: { type: 'string', multiple: true, default: [] },
    hostname: { type: 'string' },
  },
});

const repository = new Repository();
let port = Number(options.port);
let refused = null;
let server = null;
let relay = null;

function print(type, members = {}) {
  process.stdout.write(JSON.stringify({ type, ...members }) + '\n');
}

function receive(socket, data) {
  let message;
  try {
    message = JSON.parse(data.toString());
  } catch {
    socket.send(JSON.stringify(['NOTICE', 'invalid: not JSON']));
    return;
  }
  relay.handleMessage(socket, message).catch((error) => print('error', { message: error.message }));
}

function accept(socket, request) {
  const agent = request.headers['user-agent'] ?? '';
  print('connected', { agent });
  socket.on('message', (data) => receive(socket, data));
  socket.on('error', (error) => print('error', { agent, message: error.message }));
  socket.on('close', (code) => {
    relay.handleDisconnect(socket);
    print('disconnected', { agent, code });
  });
  relay.handleConnection(socket);
}

async function start() {
  // Both caches are switched off. Their answers are stale, so an event published a moment ago would be missing through
  // the relay's fault.
  relay = new NostrRelay(repository, {
    hostname: options.hostname,
    logLevel: LogLevel.ERROR,
    filterResultCacheTtl: 0,
    eventHandlingResultCacheTtl: 0,
  });
  server = new WebSocketServer({
    host: '127.0.0.1',
    port,
    verifyClient: ({ req }, answer) => {
      const refuse = refused !== null && (req.headers['user-agent'] ?? '').includes(refused);
      if (refuse) print('refused');
      answer(!refuse, 503);
    },
  });
  server.on('connection', accept);
  await once(server, 'listening');
  port = server.address().port;
  print('listening', { port, stored: repository.size });
}

function drop() {
  const connections = server.clients.size;
  for (const socket of server.clients) socket.terminate();
  return connections;
}

async function stop(code) {
  const sockets = [...server.clients];
  const ended = sockets.map((socket) => once(socket, 'close'));
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) {
    if (code === undefined) socket.terminate();
    else socket.close(code, 'restarting');
  }
  await Promise.all([closed, ...ended]);
  await relay.destroy();
  print('stopped', { connections: sockets.length });
}

async function obey(line) {
  const [verb, argument] = line.trim().split(' ');
  switch (verb) {
    case 'stop': return stop(argument === undefined ? undefined : Number(argument));
    case 'start': return start();
    case 'drop': return print('dropped', { connections: drop() });
    case 'refuse': refused = argument; return print('refusing');
    case 'admit': refused = null; return print('admitting');
    case 'count': return print('count', { events: repository.size, connections: server.clients.size });
    default: return print('error', { message: `unknown command: ${line}` });
  }
}

for (const file of options.fill) {
  for (const event of readEvents(readFileSync(file, 'utf8'))) repository.fill(event);
}
await start();
for await (const line of createInterface({ input: process.stdin })) await obey(line);
process.exit(0);

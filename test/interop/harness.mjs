// SPDX-License-Identifier: MIT
// Programs that speak JSON lines, and everything that a case may start. Cases wait for lines; the time limit is only
// for programs that hang, and far above any real need.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Relay, useWebSocketImplementation } from 'nostr-tools/relay';
import { WebSocket } from 'ws';

useWebSocketImplementation(WebSocket);

const limit = 120_000;

function matches(line, type, members) {
  return line.type === type && Object.entries(members).every(([name, value]) => line[name] === value);
}

export class Program {
  lines = [];
  #name;
  #process;
  #waiting = new Set();
  #errors = '';
  #exit;

  constructor(name, command, ...parameters) {
    this.#name = name;
    this.#process = spawn(command, parameters, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stdin.on('error', () => {});
    this.#process.stderr.on('data', (data) => { this.#errors += data; });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line));
      for (const look of [...this.#waiting]) look();
    });
    this.#exit = new Promise((resolve) => {
      this.#process.on('error', (error) => { this.#errors += error.message; resolve(error.code); });
      this.#process.on('close', (code, signal) => resolve(code ?? signal));
    });
  }

  // Tabs separate the parts, as in client.cpp.
  send(...parts) {
    this.#process.stdin.write(parts.join('\t') + '\n');
  }

  all(type, members = {}) {
    return this.lines.filter((line) => matches(line, type, members));
  }

  // Resolves to all such lines once there are that many.
  async times(count, type, members = {}) {
    const what = `${count} of ${type} ${JSON.stringify(members)}`;
    let look;
    let timer;
    const found = new Promise((resolve, reject) => {
      look = () => this.all(type, members).length >= count && resolve();
      timer = setTimeout(() => reject(new Error(`${this.#name} hangs: waited for ${what}`)), limit);
      this.#exit.then((code) => reject(new Error(`${this.#name} ended with ${code}: waited for ${what}`)));
    });
    this.#waiting.add(look);
    look();
    try {
      await found;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
    return this.all(type, members);
  }

  async once(type, members = {}) {
    return (await this.times(1, type, members))[0];
  }

  // The exit code, once the program has ended by itself. `closeInput` makes the client destroy its pool, and the relay
  // end.
  async ended({ closeInput = false } = {}) {
    if (closeInput) this.#process.stdin.end();
    let timer;
    const hung = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`${this.#name} does not end`)), limit);
    });
    try {
      return await Promise.race([this.#exit, hung]);
    } finally {
      clearTimeout(timer);
    }
  }

  kill() {
    this.#process.kill('SIGKILL');
  }

  // The end of its output, to report a failure.
  tail() {
    const lines = this.lines.slice(-12).map((line) => JSON.stringify(line).slice(0, 240));
    return [`  ${this.#name}:`, ...lines, ...this.#errors.split('\n').slice(-30)].join('\n    ').trimEnd();
  }
}

// Everything that a case starts, so that it can be stopped afterwards.
export class Stage {
  #client;
  #programs = [];
  #connections = [];

  constructor(client) {
    this.#client = client;
  }

  // A relay of relay.mjs with its URL and port, listening.
  async relay(...parameters) {
    const path = fileURLToPath(new URL('relay.mjs', import.meta.url));
    const relay = new Program(`relay ${this.#programs.length + 1}`, process.execPath, path, ...parameters);
    this.#programs.push(relay);
    const { port } = await relay.once('listening');
    relay.url = `ws://127.0.0.1:${port}`;
    return relay;
  }

  // interop_client. UVNOSTR_WRAPPER may hold a command to run it under, such as valgrind.
  client(...parameters) {
    const wrapper = (process.env.UVNOSTR_WRAPPER ?? '').split(' ').filter(Boolean);
    const client = new Program('client', ...wrapper, this.#client, ...parameters);
    this.#programs.push(client);
    return client;
  }

  // A connection of nostr-tools to that relay.
  async other(url) {
    const connection = new Relay(url);
    Object.assign(connection, { connectionTimeout: limit, publishTimeout: limit, baseEoseTimeout: limit });
    await connection.connect();
    this.#connections.push(connection);
    return connection;
  }

  clear() {
    for (const connection of this.#connections) connection.close();
    for (const program of this.#programs) program.kill();
  }

  tails() {
    return this.#programs.map((program) => program.tail()).join('\n');
  }
}

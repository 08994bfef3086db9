// SPDX-License-Identifier: MIT
// Runs the cases one after another. Started by `run`.
import { resolve } from 'node:path';
import { cases } from './cases.mjs';
import { Stage } from './harness.mjs';

const [buildFolder, only = ''] = process.argv.slice(2);
const client = resolve(buildFolder, 'test/interop_client');

let passed = 0;
let failed = 0;
for (const [name, play] of cases.filter(([name]) => name.includes(only))) {
  const stage = new Stage(client);
  try {
    await play(stage);
    ++passed;
    console.log(`ok   ${name}`);
  } catch (error) {
    ++failed;
    console.log(`FAIL ${name}\n  ${error.stack}\n${stage.tails()}`);
  } finally {
    stage.clear();
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);

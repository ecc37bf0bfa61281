import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { entriesOf } from '../../../src/base/recordfile.ts';
import {
  attemptDir,
  listAttempts,
  readShim,
} from '../../../src/orchestrator/node/runtime/process/attemptrecord.ts';
import { killGroup } from '../../../src/orchestrator/node/runtime/process/spawn.ts';

/** A directory of the test's own, gone after it together with every process that is recorded below it. */
export function scratch(): { readonly path: string; dispose(): void } {
  const path = mkdtempSync(join(tmpdir(), 'pilotage-node-'));
  return {
    path,
    dispose() {
      for (const root of [path, join(path, 'pods')]) killRecorded(root);
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function killRecorded(root: string): void {
  for (const pod of entriesOf(root)) {
    for (const { ref } of listAttempts(root, pod)) killGroup(readShim(attemptDir(root, ref))?.pid, 'SIGKILL');
  }
}

/** Waits for a condition, never for a time: resolves with the first truthy answer. */
export async function until<T>(
  what: string,
  check: () => T | Promise<T>,
  ms = 10_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + ms;
  for (;;) {
    const value = await check();
    if (value) return value as NonNullable<T>;
    if (performance.now() > deadline) throw new Error(`waited ${ms} ms in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

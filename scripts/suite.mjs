// Runs checks and ends with the one line that scripts and CI read: `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './setup.mjs';

const bin = (...parts) => join(root, 'node_modules', ...parts);

export function createSuite() {
  const total = { passed: 0, failed: 0, skipped: [] };

  function failWithoutTest(how) {
    total.failed += 1;
    console.log(`\n!!! no test FAILED, but a process of tests ${how}: see above what it printed last`);
  }

  function count(file, status) {
    try {
      const result = JSON.parse(readFileSync(file, 'utf8'));
      total.passed += result.passed;
      total.failed += result.failed;
      total.skipped.push(...result.skipped);
      // Mocha can fail without a failing test: a file that does not load, an exception after the end.
      if (status !== 0 && result.failed === 0) failWithoutTest(`ended with ${status} after its last test`);
    } catch {
      failWithoutTest(`ended with ${status} before its last test`);
    }
  }

  return {
    /** A program that passes as a whole or fails as a whole. */
    check(name, args) {
      console.log(`\n${name}`);
      const passed = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
      total[passed ? 'passed' : 'failed'] += 1;
      console.log(passed ? `  ✔ ${name}` : `  ✘ ${name} failed`);
    },

    /**
     * Groups of test files, a process each, at the same time: end-to-end tests mostly wait for other processes.
     * The first group is shown as it goes, the others once they have ended, so that no lines mix.
     */
    async mocha(groups, env = {}) {
      const folder = mkdtempSync(join(tmpdir(), 'pilotage-test-'));
      const runs = groups.map((specs, index) =>
        start(specs, join(folder, `${index}.json`), index === 0, env),
      );
      for (const [index, run] of runs.entries()) {
        const { status, output } = await run;
        process.stdout.write(output);
        count(join(folder, `${index}.json`), status);
      }
      rmSync(folder, { recursive: true, force: true });
    },

    /** A program that writes its counts where its option `--counts` says. */
    counted(args) {
      const folder = mkdtempSync(join(tmpdir(), 'pilotage-test-'));
      const file = join(folder, 'counts.json');
      const { status } = spawnSync(process.execPath, [...args, '--counts', file], {
        cwd: root,
        stdio: 'inherit',
      });
      count(file, status);
      rmSync(folder, { recursive: true, force: true });
    },

    /** Prints the counts and ends the process: 0 only when nothing failed, nor was skipped where nothing may be. */
    finish() {
      const strict = process.env.PILOTAGE_SKIP_NOTHING === '1';
      if (total.skipped.length > 0) {
        console.log(
          `\n!!! ${total.skipped.length} tests were SKIPPED because a tool is absent on this machine:`,
        );
        for (const title of total.skipped) console.log(`!!!   ${title}`);
        if (strict) total.failed += total.skipped.length;
      }
      console.log(`\n${total.passed} passed, ${total.failed} failed`);
      process.exit(total.failed === 0 ? 0 : 1);
    },
  };
}

function start(specs, counts, live, env) {
  const args = [
    bin('mocha', 'bin', 'mocha.js'),
    '--reporter',
    'scripts/reporter.cjs',
    '--reporter-option',
    `counts=${counts}`,
    ...specs,
  ];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: live ? 'inherit' : ['ignore', 'pipe', 'pipe'],
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) =>
    child.on('close', (status) => resolve({ status, output: Buffer.concat(output) })),
  );
}

export const tools = {
  tsc: bin('typescript', 'bin', 'tsc'),
  biome: bin('@biomejs', 'biome', 'bin', 'biome'),
};

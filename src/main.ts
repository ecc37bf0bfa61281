#!/usr/bin/env node
/** argv → command. What a command composes is loaded only when it runs, so that `pilotage status` stays quick. */
import { systemClock } from './base/clock.ts';
import { errnoOf } from './base/errors.ts';
import type { CliContext } from './cli/context.ts';
import { LASTING, runCommandLine } from './cli/program.ts';
import { readSurroundings } from './config.ts';

const surroundings = readSurroundings();

const context: CliContext = {
  surroundings,
  stdout: process.stdout,
  stderr: process.stderr,
  clock: systemClock,
  runDaemon: async (options) => (await import('./compose/daemon.ts')).runDaemon(options, context),
  runAgent: async (options) => (await import('./compose/agent.ts')).runAgent(options, surroundings),
  reap: async (dataDir) => (await import('./supervise/ephemeral.ts')).reap(context, dataDir),
  stopPods: async (dataDir, options) => (await import('./compose/agent.ts')).stopPods(dataDir, options),
  images: {
    import: async (dataDir, reference, directory) =>
      (await import('./compose/agent.ts')).importImage(dataDir, reference, directory),
    engine: async (sockets) => (await import('./compose/agent.ts')).engineImages(sockets),
    list: async (dataDir) => (await import('./compose/agent.ts')).listImages(dataDir),
  },
};

// The reader of the output may have read enough: `pilotage history shop/prod | head -1`.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error) => {
    if (errnoOf(error) !== 'EPIPE') throw error;
    if (!LASTING.has(process.argv[2] ?? '')) process.exit();
  });
}

// What a command waits for may be a timer alone, and those never keep a process alive; the command does.
const running = setInterval(() => {}, 2 ** 31 - 1);
process.exitCode = await runCommandLine(context, process.argv.slice(2), surroundings.version);
clearInterval(running);

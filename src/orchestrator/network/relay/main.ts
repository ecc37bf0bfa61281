/** The relay as a program: `relay SOCKET`. It runs in a container that has nothing but Node.js and the folder of this program: no packages. */
import { systemClock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import { createRelay } from './relay.ts';

const [path = ''] = process.argv.slice(2);

const say = (level: string) => (fields: object, message: string) =>
  void process.stderr.write(
    `${JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message })}\n`,
  );
const logger: Logger = {
  debug() {},
  info: say('info'),
  warn: say('warn'),
  error: say('error'),
  child: () => logger,
};

const ending = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort());
// Timers of the clock do not keep a process alive, and there may be no agent to be connected to.
const staying = setInterval(() => {}, 60_000);
await createRelay({ path, clock: systemClock, logger }).run(ending.signal);
clearInterval(staying);

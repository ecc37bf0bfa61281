import { colorsOf } from '../command.ts';
import type { CliContext } from '../context.ts';

/** The demo's voice: a heading a chapter, a line a thing that happened, with the time that it took. */
export interface Stage {
  chapter(title: string): void;
  /** Something that held: `✓ … (0.4s)`. */
  done(what: string, since?: number): void;
  /** Detail below the last line. */
  detail(line: string): void;
  /** A line that is written over while something goes on; only on a terminal. */
  live(line: string): void;
  now(): number;
}

export function createStage(context: CliContext): Stage {
  const colors = colorsOf(context);
  const { stdout, clock } = context;
  let hasLiveLine = false;
  const write = (line: string): void => {
    if (hasLiveLine) stdout.write('\r\x1b[K');
    hasLiveLine = false;
    stdout.write(`${line}\n`);
  };
  return {
    now: () => clock.monotonic(),
    chapter: (title) => write(`\n${colors.bold(title)}`),
    done(what, since) {
      const took =
        since === undefined ? '' : colors.dim(` (${((clock.monotonic() - since) / 1000).toFixed(1)}s)`);
      write(`  ${colors.green('✓')} ${what}${took}`);
    },
    detail: (line) => write(`    ${colors.dim(line)}`),
    live(line) {
      if (!stdout.isTTY) return;
      const width = (stdout.columns ?? 80) - 1;
      stdout.write(`\r\x1b[K${`  … ${line}`.slice(0, width)}`);
      hasLiveLine = true;
    },
  };
}

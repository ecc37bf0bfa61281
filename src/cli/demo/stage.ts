import { colorsOf } from '../command.ts';
import type { CliContext } from '../context.ts';
import { wrap } from './wrap.ts';

/** The demo's voice: a heading a chapter, a line a thing that happened, with the time that it took. */
export interface Stage {
  chapter(title: string): void;
  /** Something that held: `✓ … (0.4s)`. */
  done(what: string, since?: number): void;
  /** Detail below the last line. */
  detail(line: string): void;
  /** A line as it is. */
  say(line: string): void;
  /** A line that is written over while something goes on; only on a terminal. */
  live(line: string): void;
  now(): number;
}

const MARGIN = '    ';

export function createStage(context: CliContext): Stage {
  const colors = colorsOf(context);
  const { stdout, clock } = context;
  let hasLiveLine = false;
  // A cursor in the last column wraps on some terminals.
  const width = (): number => (stdout.columns ?? 80) - 1;
  const write = (line: string): void => {
    if (hasLiveLine) stdout.write('\r\x1b[K');
    hasLiveLine = false;
    stdout.write(`${line}\n`);
  };
  return {
    now: () => clock.monotonic(),
    say: write,
    chapter: (title) => write(`\n${colors.bold(title)}`),
    done(what, since) {
      const took =
        since === undefined ? '' : colors.dim(` (${((clock.monotonic() - since) / 1000).toFixed(1)}s)`);
      write(`  ${colors.green('✓')} ${what}${took}`);
    },
    detail(line) {
      for (const part of wrap(line, width() - MARGIN.length)) write(`${MARGIN}${colors.dim(part)}`);
    },
    live(line) {
      if (!stdout.isTTY) return;
      stdout.write(`\r\x1b[K${`  … ${line}`.slice(0, width())}`);
      hasLiveLine = true;
    },
  };
}

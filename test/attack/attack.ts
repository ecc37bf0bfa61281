import type { Pilotage } from '../e2e/harness.ts';

/** A hostile or unlucky input, and what a daemon must make of it. The name of its file begins with the number that orders it. */
export interface Attack {
  /** What is pushed, posted or printed, as a sentence. */
  readonly input: string;
  /** A daemon of its own: for inputs that restart it, or need other flags. Otherwise all attacks share one. */
  readonly isolated?: boolean;
  /** A command that runs that daemon (`sh -c 'ulimit …'`). */
  readonly under?: readonly string[];
  readonly budget?: Budget;
  /** Attacks. Resolves with what happened, in a few words; throws when that is not what should happen. */
  run(target: Pilotage): Promise<string>;
}

export interface Budget {
  /** The longest that the API may take to answer `/livez` meanwhile, ms, less what the daemon stood in line for a processor. Infinity where the attack stops the daemon on purpose. */
  readonly silenceMs?: number;
  /** The most resident memory that the daemon may have meanwhile, MB. */
  readonly memoryMb?: number;
}

export const BUDGET: Required<Budget> = { silenceMs: 500, memoryMb: 500 };

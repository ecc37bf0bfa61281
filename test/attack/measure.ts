import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Pilotage } from '../e2e/harness.ts';
import { isAlive } from '../e2e/processes.ts';
import { type Attack, BUDGET } from './attack.ts';

export interface Measured {
  readonly input: string;
  readonly passed: boolean;
  readonly happened: string;
  readonly ms: number;
  /** Of the daemon, the peak. */
  readonly memoryMb: number;
  /** The longest wait for an answer of `/livez`. */
  readonly silenceMs: number;
  /** How much of it the daemon's event loop stood in line for a processor: on a busy machine that is not its doing. */
  readonly inLineMs: number;
}

/** Runs one attack while another process asks the API whether it lives. */
export async function measure(attack: Attack, target: Pilotage): Promise<Measured> {
  const probe = startProbe(target);
  await probe.ready;
  const begin = performance.now();
  const outcome = await attack.run(target).then(
    (happened) => ({ passed: true, happened }),
    (error: unknown) => ({ passed: false, happened: error instanceof Error ? error.message : String(error) }),
  );
  const ms = Math.round(performance.now() - begin);
  const seen = await probe.end();
  return judge(attack, { input: attack.input, ...outcome, ms, ...seen }, target);
}

/**
 * What was answered as it should be has also kept to its budget, and left the daemon alive. The budget is for what the daemon did: time
 * that its event loop stood in line for a processor, behind the attacker or whatever else runs, is shown and not counted.
 */
function judge({ budget }: Attack, measured: Measured, target: Pilotage): Measured {
  const { silenceMs, memoryMb } = { ...BUDGET, ...budget };
  const faults = [
    ...(isAlive(target.ready.pid) ? [] : ['the daemon is dead']),
    ...(measured.silenceMs - measured.inLineMs > silenceMs
      ? [`the API was silent for more than ${silenceMs} ms`]
      : []),
    ...(measured.memoryMb > memoryMb ? [`the daemon took more than ${memoryMb} MB`] : []),
  ];
  if (faults.length === 0) return measured;
  return { ...measured, passed: false, happened: [...faults, measured.happened].join('; ') };
}

interface Probe {
  /** Once the daemon has answered it: an attack may be over before a process has started. */
  readonly ready: Promise<void>;
  end(): Promise<Pick<Measured, 'silenceMs' | 'inLineMs' | 'memoryMb'>>;
}

function startProbe(target: Pilotage): Probe {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'probe.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let told = '';
  const tell = () => {
    const line = JSON.stringify({ url: target.ready.api, pid: target.ready.pid });
    if (line !== told) child.stdin.write(`${line}\n`);
    told = line;
  };
  tell();
  // A restart gives the target another process, perhaps another port.
  const follow = setInterval(tell, 50);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  return {
    ready,
    end: () =>
      new Promise((resolve) => {
        clearInterval(follow);
        child.once('close', () => resolve(JSON.parse(printed.slice(printed.indexOf('\n') + 1))));
        child.stdin.end();
      }),
  };
}

/**
 * Ten minutes (or `--minutes=3`) of pushes, rollouts and writes. Fails unless descriptors stay flat and memory stays within 20 % of
 * what it was after two minutes, for daemon and agent.
 */
import { readdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CONFIG_MAPS } from '../src/kube/kinds/resources.data.ts';
import { median, report } from './support/figures.ts';
import { Instance, webRepository } from './support/instance.ts';
import { residentMb } from './support/proc.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const MINUTES = Number(values.minutes);
const SAMPLE_MS = 2_000;
/** When the figures are taken that the last ones are compared with; a short run has less time to warm up. */
const BASE_MINUTES = Math.min(2, MINUTES / 3);
/** Each figure is the median of so many minutes. */
const WINDOW_MINUTES = Math.min(0.5, MINUTES / 10);
const MEMORY = 1.2;
/** Connections of clients and reads under way come and go. */
const DESCRIPTORS = 12;

interface Sample {
  readonly minutes: number;
  readonly descriptors: number;
  readonly memoryMb: number;
}

interface Counts {
  pushes: number;
  rollouts: number;
  writes: number;
}

await Instance.during(async (instance) => {
  const { pid, agentPid } = instance.ready;
  const begin = performance.now();
  const minutes = (): number => (performance.now() - begin) / 60_000;
  const goesOn = (): boolean => minutes() < MINUTES;
  const counts: Counts = { pushes: 0, rollouts: 0, writes: 0 };
  const samples = { daemon: [] as Sample[], agent: [] as Sample[] };

  const watch = async (): Promise<void> => {
    let nextLine = 0;
    while (goesOn()) {
      samples.daemon.push(sampleOf(pid, minutes()));
      samples.agent.push(sampleOf(agentPid, minutes()));
      if (minutes() >= nextLine) {
        printProgress(minutes(), counts, samples);
        nextLine += MINUTES / 20;
      }
      await pause(SAMPLE_MS);
    }
  };
  await Promise.all([
    watch(),
    rollOut(instance, counts, goesOn),
    pushNotes(instance, counts, goesOn),
    write(instance, counts, goesOn),
  ]);
  const faults = [...judge('daemon', samples.daemon), ...judge('agent', samples.agent)];
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) process.exitCode = 1;
});

/** A new version again and again; git push answers when it is healthy. */
async function rollOut(instance: Instance, counts: Counts, goesOn: () => boolean): Promise<void> {
  const { git, url, commit } = await webRepository(instance);
  while (goesOn()) {
    await commit('values/dev.yaml', () => `greeting: hello ${counts.rollouts}\n`);
    await git.run('push', '--quiet', url, 'main');
    counts.rollouts += 1;
  }
}

/** Pushes that change nothing that is deployed: git alone. */
async function pushNotes(instance: Instance, counts: Counts, goesOn: () => boolean): Promise<void> {
  const { git, url, commit } = await instance.repository('notes', undefined, { 'notes.txt': 'none\n' });
  while (goesOn()) {
    await commit('notes.txt', (text) => `${text}${counts.pushes}\n`);
    await git.run('push', '--quiet', url, 'HEAD:refs/heads/notes');
    counts.pushes += 1;
    await pause(200);
  }
}

/** What people and controllers do with kubectl and client libraries: create, change, read and delete. */
async function write(instance: Instance, counts: Counts, goesOn: () => boolean): Promise<void> {
  const client = await instance.client();
  try {
    for (let i = 0; goesOn(); i++) {
      const key = { namespace: 'default', name: `soak-${i}` };
      const data = { text: 'some settings '.repeat(100) };
      await client.create(CONFIG_MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: key, data });
      for (let turn = 0; turn < 5; turn++) {
        const body = { data: { turn: String(turn) } };
        await client.patch(CONFIG_MAPS, key, { type: 'merge', body });
      }
      await client.list(CONFIG_MAPS, { namespace: 'default', limit: 100 });
      await client.delete(CONFIG_MAPS, key);
      counts.writes += 7;
      await pause(50);
    }
  } finally {
    client.close();
  }
}

function sampleOf(pid: number, minutes: number): Sample {
  return { minutes, descriptors: readdirSync(`/proc/${pid}/fd`).length, memoryMb: residentMb(pid) };
}

function printProgress(
  minutes: number,
  counts: Counts,
  samples: Record<'daemon' | 'agent', readonly Sample[]>,
): void {
  const [daemon, agent] = [samples.daemon.at(-1), samples.agent.at(-1)];
  const line = (sample: Sample | undefined) =>
    `${String(sample?.descriptors).padStart(4)} descriptors ${String(sample?.memoryMb).padStart(4)} MB`;
  console.error(
    `${minutes.toFixed(1).padStart(4)} min  daemon ${line(daemon)}  agent ${line(agent)}  ` +
      `${counts.pushes} pushes, ${counts.rollouts} rollouts, ${counts.writes} writes`,
  );
}

function judge(who: string, samples: readonly Sample[]): readonly string[] {
  const window = (from: number, figure: 'descriptors' | 'memoryMb'): number =>
    median(
      samples
        .filter(({ minutes }) => minutes >= from && minutes <= from + WINDOW_MINUTES)
        .map((sample) => sample[figure]),
    );
  const compare = (figure: 'descriptors' | 'memoryMb') => ({
    before: window(BASE_MINUTES, figure),
    now: window(MINUTES - WINDOW_MINUTES, figure),
  });
  const [descriptors, memory] = [compare('descriptors'), compare('memoryMb')];
  const after = `after ${BASE_MINUTES.toFixed(1)} min`;
  report(`${who}, memory after ${MINUTES} minutes of work`, memory.now, 'MB', {
    [after]: memory.before,
    target: `< ${Math.round(memory.before * MEMORY)}`,
  });
  report(`${who}, descriptors after ${MINUTES} minutes of work`, descriptors.now, '×', {
    [after]: descriptors.before,
    target: `< ${descriptors.before + DESCRIPTORS}`,
  });
  return [
    ...(memory.now > memory.before * MEMORY
      ? [`${who}: memory grew from ${memory.before} to ${memory.now} MB`]
      : []),
    ...(descriptors.now > descriptors.before + DESCRIPTORS
      ? [`${who}: descriptors grew from ${descriptors.before} to ${descriptors.now}`]
      : []),
  ];
}

import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entriesOf, readRecord, writeRecord } from '../../../../base/recordfile.ts';
import { removeTree } from '../../../../base/removetree.ts';
import { unlessRefused } from '../../../../base/storage.ts';
import type { ContainerRef, ContainerSpec, Sandbox } from '../spec.ts';
import { emptyMessage, readMessage } from '../terminationmessage.ts';
import type { NetworkPlan } from './networkplan.ts';

/**
 * What an engine cannot say of a container, below `<root>/<pod uid>/`: `sandbox.json`, and in `<container>/<attempt>/` `attempt.json` (what
 * it is started with, so that it can be started again while the API is away), `planned` (written before the node is taken down) and
 * `message` (its termination message). Environments hold secrets: only the agent's user reads these files.
 */
export interface AttemptRecord {
  readonly spec: ContainerSpec;
  /** Of the machine. */
  readonly bootId: string;
  /** Milliseconds since the epoch; absent until it runs. */
  readonly startedAt?: number;
  /** The engine's id; absent until it runs. */
  readonly id?: string;
  readonly isPlanned: boolean;
}

export interface Records {
  /** Names these records to the engine, wherever their directory is moved. */
  readonly agent: string;
  pods(): readonly string[];
  sandbox(pod: string): Sandbox | undefined;
  writeSandbox(sandbox: Sandbox): void;
  attempts(pod: string): readonly AttemptRecord[];
  attempt(ref: ContainerRef): AttemptRecord | undefined;
  writeAttempt(record: Omit<AttemptRecord, 'isPlanned'>): void;
  markPlanned(ref: ContainerRef): void;
  /** Makes the file of its termination message, empty and for everybody to write. */
  createMessage(ref: ContainerRef): string;
  message(ref: ContainerRef): string;
  forgetAttempt(ref: ContainerRef): void;
  /** The files by which the containers of a pod find names. */
  writeNames(pod: string, files: Readonly<Record<NameFile, string>>): void;
  nameFile(pod: string, name: NameFile): string;
  forgetPod(pod: string): Promise<void>;
  /** The network of the pods; undefined: there is none. */
  network(): NetworkPlan | undefined;
  setNetwork(plan: NetworkPlan | undefined): void;
  /** The socket of the engine that has the containers; for whoever ends them when no agent runs. */
  engineSocket(): string | undefined;
  setEngineSocket(path: string): void;
}

export type NameFile = 'hosts.txt' | 'resolv.conf';

/** `engine.json`. */
interface EngineRecord {
  readonly agent: string;
  readonly socket: string;
}

const ENGINE = 'engine.json';
const SANDBOX = 'sandbox.json';
const NETWORK = 'network.json';
/** Names of pods and containers have no dots. */
const isFile = (name: string): boolean => name.includes('.');

export function openRecords(root: string): Records {
  const agent = readRecord<EngineRecord>(join(root, ENGINE))?.agent ?? randomBytes(4).toString('hex');
  const podDir = (pod: string): string => join(root, pod);
  const dirOf = ({ pod, container, attempt }: ContainerRef): string =>
    join(root, pod, container, String(attempt));

  function attempt(ref: ContainerRef): AttemptRecord | undefined {
    const kept = readRecord<Omit<AttemptRecord, 'isPlanned'>>(join(dirOf(ref), 'attempt.json'));
    return kept && { ...kept, isPlanned: entriesOf(dirOf(ref)).includes('planned') };
  }

  return {
    agent,
    pods: () => entriesOf(root).filter((name) => !isFile(name)),
    sandbox: (pod) => readRecord(join(podDir(pod), SANDBOX)),
    writeSandbox: (sandbox) => writeRecord(join(podDir(sandbox.pod), SANDBOX), sandbox),
    attempts: (pod) =>
      entriesOf(podDir(pod))
        .filter((name) => !isFile(name))
        .flatMap((container) =>
          entriesOf(join(podDir(pod), container))
            .map(Number)
            .sort((a, b) => a - b)
            .flatMap((number) => attempt({ pod, container, attempt: number }) ?? []),
        ),
    attempt,
    writeAttempt: (record) => writeRecord(join(dirOf(record.spec.ref), 'attempt.json'), record),
    // Left out on a full disk: the container is ended all the same, and its end is then reported less exactly.
    markPlanned: (ref) => void unlessRefused(() => writeFileSync(join(dirOf(ref), 'planned'), '')),
    createMessage(ref) {
      const file = join(dirOf(ref), 'message');
      mkdirSync(dirOf(ref), { recursive: true, mode: 0o700 });
      emptyMessage(file);
      return file;
    },
    message: (ref) => readMessage(join(dirOf(ref), 'message')),
    forgetAttempt: (ref) => rmSync(dirOf(ref), { recursive: true, force: true }),
    forgetPod: (pod) => removeTree(podDir(pod)),
    network: () => readRecord(join(root, NETWORK)),
    setNetwork(plan) {
      if (plan) writeRecord(join(root, NETWORK), plan);
      else rmSync(join(root, NETWORK), { force: true });
    },
    writeNames(pod, files) {
      mkdirSync(podDir(pod), { recursive: true, mode: 0o700 });
      // The container's user reads them, and they stay the same files: they are mounted.
      for (const [name, text] of Object.entries(files)) writeFileSync(join(podDir(pod), name), text);
    },
    nameFile: (pod, name) => join(podDir(pod), name),
    engineSocket: () => readRecord<EngineRecord>(join(root, ENGINE))?.socket,
    setEngineSocket(socket) {
      if (this.engineSocket() !== socket)
        writeRecord(join(root, ENGINE), { agent, socket } satisfies EngineRecord);
    },
  };
}

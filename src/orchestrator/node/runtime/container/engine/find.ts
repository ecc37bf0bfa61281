import type { Clock } from '../../../../../base/clock.ts';
import { connectEngine, type Engine } from './engine.ts';

export type FoundEngine =
  | { readonly ok: true; readonly engine: Engine }
  /** `message` says where an engine was looked for, what was found there, and what would help. */
  | { readonly ok: false; readonly message: string };

export interface EngineFinderOptions {
  /** Paths of sockets, the first that answers is it. */
  readonly sockets: readonly string[];
  readonly clock: Clock;
  readonly connect?: (socketPath: string) => Promise<Engine>;
}

/** The engine of this machine: looked for until there is one, and then kept. */
export interface EngineFinder {
  find(): Promise<FoundEngine>;
  /** What was found last, without looking. */
  known(): Engine | undefined;
}

/** How long a search that found nothing answers further questions. */
const FRESH_MS = 2_000;

export function createEngineFinder({
  sockets,
  clock,
  connect = connectEngine,
}: EngineFinderOptions): EngineFinder {
  let engine: Engine | undefined;
  let latest: Promise<FoundEngine> | undefined;
  /** When the latest search ended; undefined: it goes on, for as long as an engine takes to answer. */
  let endedAt: number | undefined;

  async function search(): Promise<FoundEngine> {
    const problems: string[] = [];
    for (const socketPath of sockets) {
      try {
        engine = await connect(socketPath);
        return { ok: true, engine };
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
    return { ok: false, message: lackOf(problems) };
  }

  return {
    known: () => engine,
    async find() {
      if (engine) return { ok: true, engine };
      if (latest && (endedAt === undefined || clock.monotonic() - endedAt < FRESH_MS)) return latest;
      endedAt = undefined;
      latest = search().finally(() => {
        endedAt = clock.monotonic();
      });
      return latest;
    },
  };
}

const REMEDY =
  'Install Docker or Podman (`apt-get install podman`, then `systemctl enable --now podman.socket`), or name its socket: pilotage up --engine PATH';

function lackOf(problems: readonly string[]): string {
  if (problems.length === 0) return `this node has no container engine (--engine none). ${REMEDY}`;
  return `this node has no container engine: ${problems.join(', ')}. ${REMEDY}`;
}

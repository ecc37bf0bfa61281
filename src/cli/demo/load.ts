import { Agent, request } from 'node:http';

/** What a load saw. `failures` counts everything that is not a 200 with a readable answer; nothing is ever retried. */
export interface LoadReport {
  readonly requests: number;
  readonly failures: number;
  readonly firstFailure?: string;
  /** Answers per version that the application reported. */
  readonly versions: Readonly<Record<string, number>>;
}

export interface Load {
  report(): LoadReport;
  /** Lets requests under way finish, then resolves with the final report. */
  stop(): Promise<LoadReport>;
}

export interface LoadOptions {
  readonly url: string;
  /** Clients that reuse one connection each, and as many that open a new one for every request. */
  readonly pairs: number;
  /** Milliseconds between the requests of one client: a steady load, not a benchmark. */
  readonly pauseMs: number;
  readonly pause: (ms: number) => Promise<void>;
}

const TIMEOUT_MS = 5_000;

export function startLoad(options: LoadOptions): Load {
  let requests = 0;
  let failures = 0;
  let firstFailure: string | undefined;
  const versions: Record<string, number> = {};
  let stopped = false;
  const client = async (agent: Agent): Promise<void> => {
    while (!stopped) {
      const answer = await ask(options.url, agent);
      requests += 1;
      if ('failure' in answer) {
        failures += 1;
        firstFailure ??= answer.failure;
      } else {
        versions[answer.version] = (versions[answer.version] ?? 0) + 1;
      }
      await options.pause(options.pauseMs);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: options.pairs * 2 }, (_, index) =>
    client(new Agent({ keepAlive: index % 2 === 0, maxSockets: 1 })),
  );
  const report = (): LoadReport => ({
    requests,
    failures,
    versions: { ...versions },
    ...(firstFailure ? { firstFailure } : {}),
  });
  return {
    report,
    async stop() {
      stopped = true;
      await Promise.all(clients);
      return report();
    },
  };
}

export type Answer =
  | { readonly version: string; readonly body: Readonly<Record<string, unknown>> }
  | { readonly failure: string };

/** One GET of the application's /version. */
export function ask(url: string, agent: Agent | false = false): Promise<Answer> {
  return new Promise((resolve) => {
    const outgoing = request(url, { agent, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', (error) => resolve({ failure: error.message }));
      response.on('end', () =>
        resolve(read(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000}s`)));
    outgoing.on('error', (error) => resolve({ failure: error.message }));
    outgoing.end();
  });
}

function read(status: number, text: string): Answer {
  if (status !== 200) return { failure: `HTTP ${status}: ${text.slice(0, 100)}` };
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    if (typeof body.version === 'string') return { version: body.version, body };
  } catch {
    // Falls through: an answer that is not JSON is as wrong as one without a version.
  }
  return { failure: `not the application's answer: ${text.slice(0, 100)}` };
}

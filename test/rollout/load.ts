/** Requests that go on while something happens. Nothing is ever retried: what fails is kept, with its cause and its time. */
import { Agent, type RequestOptions, request } from 'node:http';
import {
  Agent as SecureAgent,
  type RequestOptions as SecureRequestOptions,
  request as secureRequest,
} from 'node:https';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** Where requests come in. */
export interface Door {
  /** `Service`, `NodePort`, `Ingress`. */
  readonly name: string;
  readonly url: string;
  /** Asked for, where that is not in the URL. */
  readonly host?: string;
}

export interface Failure {
  readonly door: string;
  /** Whether its client keeps a connection, or has one for each request. */
  readonly kept: boolean;
  readonly method: string;
  /** When its connection was begun, it itself, and when it failed, in ms of `performance.now()`. */
  readonly connected: number;
  readonly begun: number;
  readonly failed: number;
  readonly cause: string;
}

export interface LoadReport {
  readonly requests: number;
  /** Of those that were answered, the longest, in ms. */
  readonly slowest: number;
  readonly failures: readonly Failure[];
}

export interface Load {
  /** What happened since the last time. */
  take(): LoadReport;
  /** Resolves when the last requests have ended. */
  stop(): Promise<void>;
}

/** Between the requests of a client: a steady load, not a benchmark. */
const PAUSE_MS = 15;
const TIMEOUT_MS = 20_000;
/** Clients with a kept connection at each door, and as many with one for each request. */
const PAIRS = 2;
const METHODS = ['GET', 'POST'];

export function startLoad(doors: readonly Door[]): Load {
  let [requests, slowest] = [0, 0];
  let failures: Failure[] = [];
  let isStopped = false;

  async function client({ name: door, url, host }: Door, kept: boolean): Promise<void> {
    const Class = url.startsWith('https:') ? SecureAgent : Agent;
    const agent = new Class({ keepAlive: kept, maxSockets: 1 });
    let connected = 0;
    for (let turn = 0; !isStopped; turn++) {
      const method = METHODS[turn % METHODS.length] ?? 'GET';
      const begun = performance.now();
      const { cause, isReused } = await ask({ url, host }, method, agent);
      if (!isReused) connected = begun;
      const failed = performance.now();
      requests += 1;
      if (cause === undefined) slowest = Math.max(slowest, failed - begun);
      else failures.push({ door, kept, method, connected, begun, failed, cause });
      await pause(PAUSE_MS);
    }
    agent.destroy();
  }

  const clients = doors.flatMap((door) =>
    Array.from({ length: PAIRS * 2 }, (_, i) => client(door, i % 2 === 0)),
  );
  return {
    take() {
      const report = { requests, slowest: Math.round(slowest), failures };
      [requests, slowest, failures] = [0, 0, []];
      return report;
    },
    async stop() {
      isStopped = true;
      await Promise.all(clients);
    },
  };
}

interface Asked {
  /** Why it failed: all but a 200 with the whole answer of a pod. */
  readonly cause: string | undefined;
  readonly isReused: boolean;
}

function ask(
  { url, host }: { url: string; host: string | undefined },
  method: string,
  agent: Agent,
): Promise<Asked> {
  return new Promise((resolve) => {
    const end = (cause: string | undefined) => resolve({ cause, isReused: outgoing.reusedSocket });
    const fail = (error: NodeJS.ErrnoException) => end(error.code ?? error.message);
    const options: RequestOptions & SecureRequestOptions = {
      method,
      agent,
      timeout: TIMEOUT_MS,
      rejectUnauthorized: false,
      ...(host ? { servername: host, headers: { host } } : {}),
    };
    const outgoing = (url.startsWith('https:') ? secureRequest : request)(url, options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () =>
        end(failureOf(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'), method)),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    outgoing.on('error', fail);
    outgoing.end(method === 'POST' ? 'a body' : undefined);
  });
}

/** The pods of this suite say who they are, and how much they have read. */
function failureOf(status: number, text: string, method: string): string | undefined {
  if (status !== 200) return `HTTP ${status}: ${text.slice(0, 120)}`;
  const expected = method === 'POST' ? 6 : 0;
  return text.endsWith(` ${expected}\n`) ? undefined : `not the answer of a pod: ${text.slice(0, 80)}`;
}

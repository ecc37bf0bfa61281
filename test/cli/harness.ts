import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Problem } from '../../src/base/errors.ts';
import type { CliContext, Surroundings } from '../../src/cli/context.ts';
import { readSurroundings } from '../../src/config.ts';
import type { EnvironmentReport, StatusReport } from '../../src/model/faces.ts';
import { HastyClock } from '../fakes/clock.ts';

export interface Terminal {
  readonly context: CliContext;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** What a command writes to and may use; nothing is started. */
export function terminal(
  surroundings: Partial<Surroundings> = {},
  parts: Partial<CliContext> = {},
): Terminal {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        texts[name] += chunk.toString('utf8');
        done();
      },
    });
  const refuse = (): never => {
    throw new Error('a command line that is only read starts nothing');
  };
  const context: CliContext = {
    surroundings: { ...readSurroundings({ HOME: '/home/ann', USER: 'ann' }), ...surroundings },
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    clock: new HastyClock(),
    runDaemon: refuse,
    runAgent: refuse,
    stopPods: refuse,
    reap: refuse,
    images: { import: refuse, list: refuse, engine: refuse },
    ...parts,
  };
  return { context, stdout: () => texts.stdout, stderr: () => texts.stderr };
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line without a daemon. */
export async function run(
  args: readonly string[],
  surroundings: Partial<Surroundings> = {},
  parts: Partial<CliContext> = {},
): Promise<Outcome> {
  const { context, stdout, stderr } = terminal(surroundings, parts);
  // As its commands are: what the loader of the tests requires and what it imports are two copies of every class.
  const { runCommandLine } = await import('../../src/cli/program.ts');
  const code = await runCommandLine(context, args, '1.2.3');
  return { code, stdout: stdout(), stderr: stderr() };
}

type Answer = { readonly problem: Problem } | object | (() => object);

/** A daemon that answers what a test says: `GET /api/v1/status` → body. A `problem` is a refusal. */
export interface FakeFace {
  readonly url: string;
  readonly answers: Record<string, Answer>;
  /** `POST /api/v1/environments/shop/prod/pin {"reason":""}` */
  readonly asked: string[];
  /** On whose behalf each was asked. */
  readonly users: string[];
  run(...args: string[]): Promise<Outcome>;
  stop(): Promise<void>;
}

const TOKEN = 'token-1';

export async function startFace(): Promise<FakeFace> {
  const answers: Record<string, Answer> = {};
  const asked: string[] = [];
  const users: string[] = [];
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const question = `${request.method} ${request.url}`;
    asked.push(body ? `${question} ${body}` : question);
    users.push(decodeURIComponent(String(request.headers['pilotage-user'])));
    const known = answers[question];
    const said = typeof known === 'function' ? known() : known;
    // Who signs in is nobody yet.
    const isStranger = request.url?.startsWith('/login');
    const unauthorized = !isStranger && request.headers.authorization !== `Bearer ${TOKEN}`;
    const result = unauthorized
      ? { problem: { reason: 'Unauthorized', message: 'wrong token' } }
      : (said ?? { problem: { reason: 'NotFound', message: `nothing at ${question}` } });
    response.writeHead('problem' in result ? 409 : 200).end(JSON.stringify(result));
  }
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${address}`,
    answers,
    asked,
    users,
    run: (...args) => run(args, { server: `http://git:${TOKEN}@${address}` }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const REVISION = 'abcdef1234567890abcdef1234567890abcdef12';

export const environment = (more: Partial<EnvironmentReport> = {}): EnvironmentReport => ({
  delivery: 'shop',
  name: 'dev',
  branch: 'main',
  namespace: 'shop-dev',
  wantedRevision: REVISION,
  deployedRevision: REVISION,
  assessedRevision: REVISION,
  sync: 'Synced',
  phase: 'Idle',
  health: 'Healthy',
  message: '',
  urls: ['http://127.0.0.1:30080'],
  ...more,
});

export const statusOf = (...environments: EnvironmentReport[]): StatusReport => ({
  deliveries: [{ name: 'shop', source: 'hosted here', message: '', environments }],
});

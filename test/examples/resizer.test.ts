import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import sharp from 'sharp';

const SERVER = new URL('../../examples/resizer/app/server.js', import.meta.url).pathname;

interface Running {
  readonly child: ChildProcess;
  readonly port: number;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const children = new Set<ChildProcess>();

async function start(env: Record<string, string> = {}): Promise<Running> {
  const child = spawn(process.execPath, [SERVER], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line')) as [string];
  const running = { child, port: Number(/:(\d+)$/.exec(line)?.[1]) };
  const deadline = Date.now() + 10_000;
  while ((await call(running, '/readyz')).status !== 200) {
    if (Date.now() > deadline) throw new Error('the resizer does not get ready');
  }
  return running;
}

/** Resolves once it takes no new connection. */
async function refused(running: Running): Promise<void> {
  const isRefused = (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED';
  const deadline = Date.now() + 10_000;
  while (!(await call(running, '/readyz').then(() => false, isRefused))) {
    if (Date.now() > deadline) throw new Error('the resizer goes on taking connections');
  }
}

function call(
  { port }: Running,
  path: string,
  options: { agent?: Agent; body?: Buffer } = {},
): Promise<Answer> {
  const { body, agent = new Agent({ keepAlive: false }) } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, agent, method: body ? 'POST' : 'GET' },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const json = ({ body }: Answer) => JSON.parse(body.toString()) as Record<string, unknown>;
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#3366cc' } })
    .png()
    .toBuffer();

describe('the image resizer', () => {
  let app: Running;
  before(async () => {
    app = await start({ MAX_IMAGE_SIZE_IN_PIXELS: '1000000', ENVIRONMENT: 'dev', POD_NAME: 'resizer-1' });
  });
  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  it('resizes its sample picture', async () => {
    const { status, headers, body } = await call(app, '/resize?width=120');
    expect([status, headers['content-type']]).to.deep.equal([200, 'image/jpeg']);
    const { width, height } = await sharp(body).metadata();
    expect([width, height]).to.deep.equal([120, 80]);
  });

  it('resizes a picture that it is sent', async () => {
    const { headers, body } = await call(app, '/resize?width=50', { body: await picture(200, 100) });
    expect(headers['content-type']).to.equal('image/png');
    const { width, height } = await sharp(body).metadata();
    expect([width, height]).to.deep.equal([50, 25]);
  });

  it('refuses a picture that is larger than its configuration allows', async () => {
    const answer = await call(app, '/resize?width=50', { body: await picture(1200, 1000) });
    expect(answer.status).to.equal(413);
    expect(json(answer).error).to.equal('A picture may have 1000000 pixels, this one is 1200×1000');
  });

  it('refuses to make a picture that is larger than its configuration allows', async () => {
    expect((await call(app, '/resize?width=5000')).status).to.equal(400);
  });

  it('refuses what it does not understand', async () => {
    const statuses = await Promise.all([
      call(app, '/resize'),
      call(app, '/resize?width=abc'),
      call(app, '/resize?width=10', { body: Buffer.from('no picture') }),
      call(app, '/resize?width=10', { body: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>') }),
      call(app, '/nowhere'),
    ]);
    expect(statuses.map(({ status }) => status)).to.deep.equal([400, 400, 415, 415, 404]);
  });

  it('tells its version and configuration', async () => {
    expect(json(await call(app, '/version'))).to.deep.equal({
      version: '1.0.0',
      maxImageSizeInPixels: 1_000_000,
      environment: 'dev',
      pod: 'resizer-1',
    });
  });

  it('answers its probes', async () => {
    const paths = ['/startupz', '/readyz', '/healthz'];
    const answers = await Promise.all(paths.map((path) => call(app, path)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200]);
  });

  it('does not start with a configuration that makes no sense', async () => {
    const child = spawn(process.execPath, [SERVER], { env: { PORT: '0', MAX_IMAGE_SIZE_IN_PIXELS: 'many' } });
    children.add(child);
    expect((await once(child, 'exit'))[0]).to.equal(1);
  });

  it('resets no connection when it is told to stop, whatever clients keep open, and exits with 0', async () => {
    const running = await start();
    const exited = once(running.child, 'exit');
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    let told = false;
    let closed = 0;
    const failures: unknown[] = [];
    // Each client goes on until it is told to close: what comes after belongs to another pod.
    const client = async () => {
      for (;;) {
        try {
          const { headers } = await call(running, '/version', { agent });
          if (headers.connection === 'close') {
            closed += 1;
            return;
          }
        } catch (error) {
          failures.push(error);
          return;
        }
        if (!told) {
          told = true;
          running.child.kill('SIGTERM');
        }
      }
    };
    await Promise.all([client(), client(), client(), client()]);
    agent.destroy();
    expect(failures).to.deep.equal([]);
    expect(closed).to.equal(4);
    expect((await exited)[0]).to.equal(0);
  });

  it('finishes what is under way when it is told to stop', async () => {
    const running = await start();
    const exited = once(running.child, 'exit');
    // The body arrives in two halves, the second one after the signal.
    const body = await picture(400, 300);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port: running.port, path: '/resize?width=40', method: 'POST' },
        resolve,
      );
      sent.on('error', reject);
      sent.write(body.subarray(0, 100), () => {
        running.child.kill('SIGTERM');
        running.child.stdout?.once('end', () => reject(new Error('ended before the answer')));
        // Past the second in which new connections are still welcome.
        refused(running).then(() => sent.end(body.subarray(100)), reject);
      });
    });
    const response = await answer;
    response.resume();
    expect(response.statusCode).to.equal(200);
    expect((await exited)[0]).to.equal(0);
  });
});

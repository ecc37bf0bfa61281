import { expect } from 'chai';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import { createRenderPool, type RenderPool } from '../../../src/render/pool/pool.ts';
import type { WorkerProcess, WorkerProcessOptions } from '../../../src/render/pool/workerprocess.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { chart, rendered, request } from '../request.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{Release.Name}}\n';
/** 400 × 400 × 400 turns that print nothing: minutes of work, and no memory. */
/** Helpers that call the next one two times: a billion calls, and no text. */
const RUNAWAY_HELPERS = Array.from(
  { length: 40 },
  (_, i) => `{{#*inline "h${i}"}}${i < 39 ? `{{include "h${i + 1}"}}`.repeat(2) : ''}{{/inline}}`,
).join('');
const RUNAWAY = `${RUNAWAY_HELPERS}\n${CONFIG}data:\n  a: "{{include "h0"}}"\n`;

/** A clock whose time stands still until it is advanced, and when something first waits for as long as this. */
function standing(ms: number): { readonly clock: Clock; passOnceAsked(): Promise<void> } {
  const fake = new FakeClock();
  let tell = (): void => {};
  const asked = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const after: Clock['after'] = (wait, fn) => {
    if (wait === ms) tell();
    return fake.after(wait, fn);
  };
  const clock = { now: () => fake.now(), monotonic: () => fake.monotonic(), after };
  return { clock, passOnceAsked: () => asked.then(() => fake.advance(ms)) };
}

describe('the render pool', () => {
  let pool: RenderPool;
  const open = (options: object = {}) => {
    pool = createRenderPool({ clock: systemClock, ...options });
    return pool;
  };
  afterEach(() => pool.close());

  it('renders as renderInline does, and answers an equal request from memory', async () => {
    const files = chart(CONFIG);
    const result = await open().render(request(files));
    expect(result).to.deep.equal({ ok: true, value: rendered(files) });
    expect(await pool.render(request(chart(CONFIG)))).to.equal(result);
  });

  it('renders many requests, each with its own answer, and keeps what a template says of itself short', async () => {
    open();
    const apps = ['a', 'b', 'c', 'd'];
    const results = await Promise.all(apps.map((app) => pool.render(request(chart(CONFIG), { app }))));
    expect(results.map((r) => r.ok && r.value.manifests[0]?.object.metadata.name)).to.deep.equal(apps);
    const loud = `${CONFIG}data:\n  a: {{fail (toJson (until 90000))}}\n`;
    const result = await pool.render(request(chart(loud)));
    expect(result.ok ? 0 : result.problems[0].message.length).to.be.within(2_000, 2_100);
  });

  it('stops a template that runs away, names its app, and goes on with the next', async () => {
    const { clock, passOnceAsked } = standing(1500);
    open({ clock, timeout: 1500 });
    const [runaway, next] = await Promise.all([
      pool.render(request(chart(RUNAWAY), { app: 'runaway' })),
      pool.render(request(chart(CONFIG), { app: 'next' })),
      passOnceAsked(),
    ]);
    expect(runaway.ok ? undefined : runaway.problems[0].reason).to.equal('RenderTimeout');
    expect(runaway.ok ? undefined : runaway.problems[0].message).to.contain('runaway in dev');
    expect(next.ok).to.equal(true);
  });

  it('stops a template that eats memory', async () => {
    open({ memory: 96, patience: 60_000 });
    const greedy = `${CONFIG}data:\n  a: {{toJson (list ${'(until 90000) '.repeat(300)})}}\n`;
    const result = await pool.render(request(chart(greedy), { app: 'greedy' }));
    expect(result.ok ? undefined : result.problems[0]).to.deep.include({
      reason: 'RenderOutOfMemory',
      message: 'Rendering greedy in dev needed more than 96 MB of memory and was stopped',
    });
  });

  it('renders what waited behind a template that doubles its text until its process is ended', async () => {
    open({ memory: 96, patience: 60_000 });
    const define = '{{#*inline "d"}}{{include "d" (dict "v" (printf "%s%s" v v))}}{{/inline}}';
    const doubling = `${CONFIG}data:\n  a: {{include "d" (dict "v" "xy")}}\n`;
    const [bomb, next] = await Promise.all([
      pool.render(request(chart(doubling, '', { 'templates/_d.hbs': define }), { app: 'bomb' })),
      pool.render(request(chart(CONFIG), { app: 'next' })),
    ]);
    expect(bomb.ok ? undefined : bomb.problems[0].reason).to.equal('RenderOutOfMemory');
    expect(next.ok).to.equal(true);
  });

  it('tells whoever still waits when it is closed', async () => {
    open();
    const waiting = pool.render(request(chart(RUNAWAY)));
    await pool.close();
    const result = await waiting;
    expect(result.ok ? undefined : result.problems[0].reason).to.equal('RenderCancelled');
  });
});

/** A process that answers when the test says so. */
interface FakeWorker extends WorkerProcessOptions {
  /** Apps that it was sent, in order. */
  readonly sent: string[];
  killed: boolean;
}

describe('the processes of the render pool', () => {
  const clock = new FakeClock();
  let workers: FakeWorker[];
  let pool: RenderPool;
  const open = (options: object = {}) => {
    workers = [];
    pool = createRenderPool({ clock, ...options, startWorker });
  };
  const startWorker = (options: WorkerProcessOptions): WorkerProcess => {
    const worker: FakeWorker = { ...options, sent: [], killed: false };
    workers.push(worker);
    queueMicrotask(options.onReady);
    return {
      send: ({ request }) => worker.sent.push(request.app),
      hold: () => {},
      release: () => {},
      async kill() {
        worker.killed = true;
      },
    };
  };
  const ask = (app: string) => pool.render(request(chart(CONFIG), { app }));
  const answer = (at: number) => workers[at]?.onAnswer({ ok: true, value: { manifests: [], warnings: [] } });
  const sent = () => workers.map((worker) => worker.sent);
  afterEach(() => pool.close());

  it('are one while renders follow each other quickly', async () => {
    open({ size: 3 });
    const asked = ['a', 'b', 'c', 'd'].map(ask);
    for (const _ of asked) {
      await clock.advance(20);
      answer(0);
    }
    await Promise.all(asked);
    expect(sent()).to.deep.equal([['a', 'b', 'c', 'd']]);
  });

  it('become more, up to the size, while the queue does not end', async () => {
    open({ size: 2 });
    for (let i = 0; i < 100; i++) void ask(`app-${i}`);
    for (let i = 0; i < 40; i++) {
      await clock.advance(20);
      for (const at of workers.keys()) answer(at);
    }
    expect(workers.length).to.equal(2);
  });

  it('are one more than the size where a template holds its process', async () => {
    open({ size: 1 });
    void ask('runaway');
    void ask('next');
    await clock.advance(250);
    expect(sent()).to.deep.equal([['runaway'], ['next']]);
  });

  it('render a request once that is made twice at the same time', async () => {
    open();
    const both = [ask('web'), ask('web')];
    answer(0);
    const [one, other] = await Promise.all(both);
    expect(one).to.equal(other);
    expect(sent()).to.deep.equal([['web']]);
  });

  it('render anew what made something: once that has been renewed it must not come back', async () => {
    open();
    const site = {
      function: 'uuidv4',
      template: 'a.yaml',
      id: '00',
      since: '2026-01-01T00:00:00Z',
      value: 'a',
    };
    const made = { ok: true, value: { manifests: [], warnings: [], generated: { site } } } as const;
    const asked = [undefined, undefined, { site }, { site }].map((generated) => async () => {
      const answered = pool.render(
        request(chart(CONFIG), { app: 'web', ...(generated ? { generated } : {}) }),
      );
      workers[0]?.onAnswer(made);
      expect(await answered).to.deep.equal(made);
      return workers[0]?.sent.length;
    });
    const counts: unknown[] = [];
    for (const ask of asked) counts.push(await ask());
    expect(counts).to.deep.equal([1, 2, 3, 3]);
  });

  it('end when they have been idle for 30 s', async () => {
    open();
    void ask('web');
    answer(0);
    await clock.advance(29_999);
    expect(workers[0]?.killed).to.equal(false);
    await clock.advance(1);
    expect(workers[0]?.killed).to.equal(true);
  });

  it('take only their own render down when they die', async () => {
    open({ size: 2 });
    const greedy = ask('greedy');
    const other = ask('other');
    await clock.advance(250);
    workers[0]?.onEnd('memory');
    answer(1);
    const [failed, rendered] = await Promise.all([greedy, other]);
    expect(failed.ok ? undefined : failed.problems[0].reason).to.equal('RenderOutOfMemory');
    expect(rendered.ok).to.equal(true);
  });

  it('give a render that memory ended to a new process, once, where the old one had served others', async () => {
    open();
    const [first, second] = [ask('first'), ask('second')];
    answer(0);
    await first;
    workers[0]?.onEnd('memory');
    expect(sent()).to.deep.equal([['first', 'second'], ['second']]);
    answer(1);
    expect((await second).ok).to.equal(true);
    const third = ask('third');
    workers[1]?.onEnd('memory');
    workers[2]?.onEnd('memory');
    const result = await third;
    expect(result.ok ? undefined : result.problems[0].reason).to.equal('RenderOutOfMemory');
    expect(sent().slice(1)).to.deep.equal([['second', 'third'], ['third']]);
  });

  it('give the render of one that was killed to another, once', async () => {
    open();
    const asked = ask('web');
    workers[0]?.onEnd('killed');
    expect(sent()).to.deep.equal([['web'], ['web']]);
    workers[1]?.onEnd('killed');
    const result = await asked;
    expect(result.ok ? undefined : result.problems[0].reason).to.equal('RenderOutOfMemory');
    expect(workers.length).to.equal(2);
  });
});

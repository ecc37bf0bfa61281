import { Readable } from 'node:stream';
import { expect } from 'chai';
import { onAbort } from '../../../../../src/base/abort.ts';
import { formatProblem } from '../../../../../src/base/errors.ts';
import {
  buildImage,
  type ContainerBuild,
} from '../../../../../src/orchestrator/node/runtime/container/build.ts';
import type { BuildRequest } from '../../../../../src/orchestrator/node/runtime/container/engine/build.ts';
import type { Engine } from '../../../../../src/orchestrator/node/runtime/container/engine/engine.ts';
import { EngineError } from '../../../../../src/orchestrator/node/runtime/container/engine/http.ts';
import { FakeClock } from '../../../../fakes/clock.ts';

const REF = 'localhost/shop/web:1';

describe('an image that an engine builds', () => {
  const clock = new FakeClock();
  const lines: string[] = [];
  let asked: BuildRequest | undefined;
  beforeEach(() => {
    lines.length = 0;
    asked = undefined;
  });

  type Answer = (signal: AbortSignal) => Promise<AsyncIterable<Buffer>>;
  const says =
    (...said: readonly object[]): Answer =>
    async () =>
      Readable.from(said.map((line) => Buffer.from(`${JSON.stringify(line)}\n`)));
  /** Prints that, and then nothing more until it is ended. */
  const hangs: Answer = async (signal) =>
    (async function* () {
      yield Buffer.from('{"stream":"STEP 1/2: FROM a\\n"}\n');
      await new Promise((_, reject) => onAbort(signal, reject));
    })();
  const engine = (answer: Answer, id?: string) =>
    ({
      socketPath: '/run/engine.sock',
      build: async (request: BuildRequest, signal: AbortSignal) => {
        asked = request;
        return answer(signal);
      },
      image: async () => (id ? { Id: id, Size: 1 } : undefined),
    }) as unknown as Engine;
  const build = (of: Engine, more: Partial<ContainerBuild> = {}) =>
    buildImage(
      of,
      {
        ref: REF,
        entries: async function* () {},
        dockerfile: 'Dockerfile',
        args: { A: '1' },
        labels: { owner: 'me' },
        secrets: {},
        credentials: [],
        deadlineMs: 60_000,
        onOutput: (line) => lines.push(line),
        signal: new AbortController().signal,
        ...more,
      },
      clock,
    );
  const failureOf = async (building: ReturnType<typeof build>): Promise<string> => {
    const result = await building;
    return result.ok ? '' : formatProblem(result.problems[0]);
  };

  it('gets its name, its arguments and bounded memory, and its output is shown line by line', async () => {
    const result = await build(
      engine(says({ stream: 'STEP 1/1: FR' }, { stream: 'OM a\nhello\n' }), 'sha256:1'),
    );
    expect(result).to.deep.equal({ ok: true, value: { digest: 'sha256:1' } });
    expect(lines).to.deep.equal(['STEP 1/1: FROM a', 'hello']);
    expect(asked).to.deep.include({ tag: REF, dockerfile: 'Dockerfile', args: { A: '1' } });
    expect(asked?.labels).to.deep.equal({ owner: 'me' });
    expect(asked?.memoryBytes).to.be.within(1, 4096 * 2 ** 20);
  });

  it('fails in the words of the engine, with its last lines', async () => {
    const failure = await failureOf(build(engine(says({ stream: 'out\n' }, { error: 'exit status 3\n' }))));
    expect(failure).to.equal(
      `Building image ${REF} failed: exit status 3\n    out\n  → What runs goes on running. Repair the build and push again.`,
    );
  });

  it('fails where the engine refuses the request', async () => {
    const refuses: Answer = async () => {
      throw new EngineError(400, 'dockerfile parse error line 2: unknown instruction: X');
    };
    expect(await failureOf(build(engine(refuses)))).to.contain('parse error line 2');
  });

  it('fails where the engine ends without an image', async () =>
    expect(await failureOf(build(engine(says({ stream: 'half' }))))).to.contain(
      'the engine has no image of it',
    ));

  it('is not its fault where the engine stops meanwhile', async () => {
    const stops: Answer = async () => {
      throw new Error('socket hang up');
    };
    expect(await failureOf(build(engine(stops)))).to.equal(
      `Image ${REF} cannot be built: the engine on /run/engine.sock failed meanwhile (socket hang up).\n` +
        '  → What runs goes on running. See that the engine runs, then: pilotage sync.',
    );
  });

  it('is ended at its deadline', async () => {
    const building = failureOf(build(engine(hangs)));
    await clock.advance(60_000);
    expect(await building).to.contain('it did not end within 1 minutes');
  });

  it('is ended when it prints without end', async () => {
    const piece = Buffer.from(`${JSON.stringify({ stream: 'x'.repeat(60_000) })}\n`);
    const endless: Answer = async (signal) =>
      (async function* () {
        while (!signal.aborted) yield piece;
        throw signal.reason;
      })();
    expect(await failureOf(build(engine(endless)))).to.contain('it printed more than 64 MiB');
  });

  it('is called off with what wanted it', async () => {
    const off = new AbortController();
    const building = build(engine(hangs), { signal: off.signal });
    off.abort(new Error('another commit is wanted'));
    const result = await building;
    expect(!result.ok && result.problems[0].reason).to.equal('ImageBuildAborted');
  });

  it('has its secrets in files beside the context, and shows nothing of them', async () => {
    const secrets = { npmrc: Buffer.from('//ex.org/:_authToken=s3cr3t\n') };
    const said = says(
      { stream: 'token //ex.org/:_authToken=s3cr3t\n' },
      { error: 'no //ex.org/:_authToken=s3cr3t' },
    );
    const failure = await failureOf(build(engine(said), { secrets }));
    expect(lines).to.deep.equal(['token …']);
    expect(failure).to.contain('failed: no …').and.not.contain('s3cr3t');
    const file = asked?.secretFiles.npmrc ?? '';
    expect(file).to.match(/^pilotage-secret-/);
    let archive = '';
    for await (const piece of asked?.context ?? []) archive += piece.toString('latin1');
    expect(archive).to.contain(file).and.contain('s3cr3t');
  });

  it('shows nothing of a secret either where the engine has no image, or where its line is cut', async () => {
    const secrets = { npmrc: Buffer.from('token=s3cr3t-äöü\n') };
    const begun = 'x'.repeat(4096 - 14);
    const said = says({ stream: `${begun}token=s3cr3t-äöü\n` }, { stream: 'token=s3cr3t-äöü' });
    const failure = await failureOf(build(engine(said), { secrets }));
    expect(lines).to.deep.equal([`${begun}… … (cut)`, '…']);
    expect(failure).to.contain('the engine has no image of it').and.not.contain('s3cr3t');
  });

  it('tells its steps of every line, also of those that are not shown', async () => {
    const heard: string[] = [];
    const many = says({ stream: 'x\n'.repeat(3_000) }, { stream: 'STEP 3/3: RUN y\n' });
    await build(engine(many, 'sha256:1'), { onLine: (line) => heard.push(line) });
    expect(lines).to.have.length(2_001);
    expect(heard.at(-1)).to.equal('STEP 3/3: RUN y');
  });

  it('with secrets is refused by name on Docker, whose build endpoint takes none', async () => {
    const docker = { ...engine(says()), name: 'docker' } as Engine;
    const failure = await failureOf(build(docker, { secrets: { npmrc: Buffer.from('x') } }));
    expect(failure).to.contain('Docker takes no secrets by its build endpoint, and it has npmrc');
    expect(failure).to.contain('Let Podman build it');
    expect(asked).to.equal(undefined);
  });
});

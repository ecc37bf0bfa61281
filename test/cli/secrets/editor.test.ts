import { EventEmitter } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { edit } from '../../../src/cli/secrets/editor.ts';

describe('an edit of a secret', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-editor-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const editing = (editor: string, signals = new EventEmitter(), again = async () => false) => ({
    env: { EDITOR: editor, XDG_RUNTIME_DIR: dir, PATH: process.env.PATH ?? '' },
    signals,
    again,
  });
  const refuse = (text: string): Promise<never> => Promise.reject(new Error(`no ${text}`));

  it('leaves nothing behind when its text is taken', async () => {
    const taken = await edit('a: x', 's.yaml', editing('printf typed >'), async (text) => text);
    expect(taken).to.equal('typed');
    expect(await readdir(dir)).to.deep.equal([]);
  });

  it('keeps a text that is not taken, and names its file', async () => {
    const error = await edit('', 's.yaml', editing('printf typed >'), refuse).catch((caught) => caught);
    const [line = ''] = error.problem.details;
    expect(error.message).to.equal('no typed');
    const path = /in (\S+):/.exec(line)?.[1] ?? '';
    expect(await readFile(path, 'utf8')).to.equal('typed');
  });

  it('offers the same text again to somebody who wants to mend it', async () => {
    const asked: unknown[] = [];
    const again = async (error?: unknown) => asked.push(error) < 3;
    const accept = async (text: string) => (text === 'xxx' ? text : refuse(text));
    const taken = await edit('', 's.yaml', editing('printf x >>', new EventEmitter(), again), accept);
    expect(taken).to.equal('xxx');
    expect(asked.map(String)).to.deep.equal(['Error: no x', 'Error: no xx']);
  });

  it('leaves Ctrl-C to the editor', async () => {
    const signals = new Arriving('SIGINT');
    expect(await edit('', 's.yaml', editing('printf typed >', signals), async (text) => text)).to.equal(
      'typed',
    );
    expect(signals.taken).to.equal(true);
  });

  for (const signal of ['SIGTERM', 'SIGHUP'])
    it(`ends the editor and leaves nothing behind at ${signal}`, async () => {
      const signals = new Arriving(signal);
      const editor = editing('exec sleep 60; :', signals);
      const error = await edit('a: x', 's.yaml', editor, async (text) => text).catch(String);
      expect(error).to.contain('ended with a signal; nothing was changed');
      expect(await readdir(dir)).to.deep.equal([]);
      expect(signals.eventNames()).to.deep.equal([]);
    });
});

/** A signal that comes as soon as somebody listens for it. */
class Arriving extends EventEmitter {
  taken = false;
  readonly #signal: string;

  constructor(signal: string) {
    super();
    this.#signal = signal;
  }

  override on(name: string, listener: (signal: string) => void): this {
    super.on(name, listener);
    if (name === this.#signal) this.taken = this.emit(name, name);
    return this;
  }
}

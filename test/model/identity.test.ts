import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { writeState } from '../../src/base/statefile.ts';
import { agentFilePath, readAgentFile } from '../../src/model/agentfile.ts';
import { daemonFilePath, readDaemonFile } from '../../src/model/daemonfile.ts';
import { nodeNameOf, portToUse, readPorts, writePorts } from '../../src/model/instance.ts';

describe('a data directory', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-instance-'));
    mkdirSync(join(dir, 'agent'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('keeps the ports that it was given', async () => {
    expect(await readPorts(dir)).to.equal(undefined);
    await writePorts(dir, { http: 1, api: 2 });
    expect(await readPorts(dir)).to.deep.equal({ http: 1, api: 2 });
  });

  it('knows its daemon and its agent by their files, and nobody where there are none', async () => {
    expect(await readDaemonFile(dir)).to.equal(undefined);
    expect(await readAgentFile(dir)).to.equal(undefined);
    await writeState(daemonFilePath(dir), { pid: 1 });
    await writeState(agentFilePath(dir), { pid: 2 });
    expect([await readDaemonFile(dir), await readAgentFile(dir)]).to.deep.equal([{ pid: 1 }, { pid: 2 }]);
  });

  it('knows nobody where the data directory is a file', async () => {
    writeFileSync(join(dir, 'file'), '');
    expect(await readDaemonFile(join(dir, 'file'))).to.equal(undefined);
    expect(await readAgentFile(join(dir, 'file'))).to.equal(undefined);
  });

  it('takes an agent file that a crash cut short for none, and names a damaged one of the daemon', async () => {
    for (const path of [agentFilePath(dir), daemonFilePath(dir)]) writeFileSync(path, '{"pid":');
    expect(await readAgentFile(dir)).to.equal(undefined);
    const problem = problemOf(await readDaemonFile(dir).catch((error: unknown) => error));
    expect(problem).to.deep.include({
      reason: 'CorruptState',
      message: `${daemonFilePath(dir)} is damaged.`,
    });
  });
});

describe('the port to listen on', () => {
  const cases: readonly [string, number, boolean, number | undefined, number][] = [
    ['is the one that was asked for by number', 9000, true, 7080, 9000],
    ['is the one that was kept, rather than the usual one', 7080, false, 9000, 9000],
    ['is the usual one at the first start', 7080, false, undefined, 7080],
    ['is the kept one where any was asked for', 0, true, 9000, 9000],
    ['is any where any was asked for at the first start', 0, true, undefined, 0],
  ];
  for (const [title, port, given, kept, used] of cases) {
    it(title, () => {
      expect(portToUse({ port, given }, kept)).to.equal(used);
    });
  }
});

describe('the name of a node', () => {
  for (const [hostname, name] of [
    ['box', 'box'],
    ['Anns-MacBook.local', 'anns-macbook.local'],
    ['my_box!', 'my-box'],
    ['-.box.-', 'box'],
    ['日本', 'node'],
    ['', 'node'],
    [`${'a'.repeat(62)}-b`, 'a'.repeat(62)],
    ['a..b', 'a.b'],
    ['a.-b', 'a.b'],
  ] as const) {
    it(`of ${JSON.stringify(hostname)} is ${name}`, () => {
      expect(nodeNameOf(hostname)).to.equal(name);
    });
  }
});

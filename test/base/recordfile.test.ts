import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { entriesOf, readRecord, writeRecord } from '../../src/base/recordfile.ts';

describe('a record', () => {
  const place = mkdtempSync(join(tmpdir(), 'pilotage-record-'));
  after(() => rmSync(place, { recursive: true }));
  const file = join(place, 'folder', 'one.json');

  it('is not there before it is written, and neither is its folder', () => {
    expect(readRecord(file)).to.equal(undefined);
    expect(entriesOf(join(place, 'folder'))).to.deep.equal([]);
  });

  it('is replaced as a whole, in a folder that is made for it, and read by its owner alone', () => {
    writeRecord(file, { one: 1 });
    writeRecord(file, { two: 2 });
    expect(readRecord(file)).to.deep.equal({ two: 2 });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(statSync(join(place, 'folder')).mode & 0o777).to.equal(0o700);
    expect(readdirSync(join(place, 'folder'))).to.deep.equal(['one.json']);
  });

  it('that is cut off counts as none', () => {
    writeFileSync(file, '{"two":');
    expect(readRecord(file)).to.equal(undefined);
  });

  it('is none of what lies below a file', () => {
    expect(readRecord(join(file, 'below'))).to.equal(undefined);
    expect(entriesOf(file)).to.deep.equal([]);
  });

  it('that cannot be read is an error', () => {
    mkdirSync(join(place, 'directory.json'));
    expect(() => readRecord(join(place, 'directory.json'))).to.throw('EISDIR');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findProgram } from '../../../../../src/orchestrator/node/runtime/process/program.ts';
import { scratch } from '../../helpers.ts';

describe('program of a container', () => {
  const place = scratch();
  after(() => place.dispose());

  it('says of a program that cannot be run why', () => {
    writeFileSync(join(place.path, 'notes'), '');
    expect(findProgram('sh', '/', '/nowhere:/bin')).to.deep.equal({ ok: true, path: '/bin/sh' });
    const message = (name: string) => (findProgram(name, place.path, '/bin') as { message: string }).message;
    expect(message('nope')).to.contain('"nope" is not found in PATH');
    expect(message('./nope')).to.contain('does not exist');
    expect(message('./notes')).to.contain('is not executable');
  });
});

import { expect } from 'chai';
import { equalSecrets } from '../../src/base/equalsecrets.ts';

describe('secrets', () => {
  it('are equal where every character is, whatever their lengths', () => {
    expect(equalSecrets('ä-secret', 'ä-secret')).to.equal(true);
    for (const other of ['', 'ä-secre', 'ä-secrets', 'Ä-secret', 'ä-secret '])
      expect(equalSecrets(other, 'ä-secret'), other).to.equal(false);
  });
});

import { expect } from 'chai';
import { identityKeys, peopleBehind } from '../../../src/promotion/identity/people.ts';

describe('a person', () => {
  const spellings = [
    'bob',
    'bob ',
    ' BOB\t',
    'ｂｏｂ',
    'bo\u200bb',
    'b\u00f3b',
    'Bob <bob@example.com>',
    'bob@example.com',
    'BOB@Example.COM',
    'bob+approvals@example.com',
    'Somebody <bob@example.com>',
    'bob <>',
    '12345+bob@users.noreply.github.com',
  ];
  for (const spelling of spellings) {
    it(`is bob by ${JSON.stringify(spelling)}`, () => {
      expect(peopleBehind(['bob', spelling], []).independent).to.have.length(1);
      expect(peopleBehind([spelling], ['Bob <bob@example.com>']).independent).to.deep.equal([]);
    });
  }

  it('is one by a name that is written with dots, dashes or blanks', () => {
    const names = [
      'Ada  Lovelace',
      'ada.lovelace',
      'ada-lovelace@example.com',
      'ADA_LOVELACE <al@example.com>',
    ];
    expect(peopleBehind(names, []).independent).to.have.length(1);
  });

  it('is one by two names once a third joins them', () => {
    expect(peopleBehind(['ada', 'lovelace', 'Ada <lovelace@example.com>'], []).independent).to.have.length(1);
  });

  it('is somebody else by another name', () => {
    expect(
      peopleBehind(['bob', 'bobby', 'rob@example.com'], ['Ann <ann@example.com>']).independent,
    ).to.have.length(3);
  });

  it('is nobody by a text that nothing is left of', () => {
    for (const text of ['', '  ', '<>', '\u200b', '._-']) expect(identityKeys(text), text).to.deep.equal([]);
    expect(peopleBehind(['', ' '], []).independent).to.deep.equal([]);
  });

  it('who wrote a part is told from who did not', () => {
    expect(peopleBehind(['ANN', 'bob'], ['Ann <ann@example.com>'])).to.deep.equal({
      independent: ['bob'],
      own: ['ANN'],
    });
  });
});

import { expect } from 'chai';
import { HelmPeer } from './peer.ts';
import { helmProgram } from './programs.ts';
import { compareRandom, shown } from './random.ts';

/** `PILOTAGE_HELM_SEED` and `PILOTAGE_HELM_CASES` ask for others and for more. */
const SEED = Number(process.env.PILOTAGE_HELM_SEED ?? 1);
const CASES = Number(process.env.PILOTAGE_HELM_CASES ?? 6000);
/** Errors of YAML, TOML and regular expressions may say it otherwise; text/template's own may not. */
const EQUAL_TEXTS = 0.98;

describe('random templates', function () {
  this.timeout(600_000);
  let helm: HelmPeer;
  before(function () {
    const program = helmProgram(4);
    if (program === undefined) this.skip();
    helm = new HelmPeer(program);
  });
  after(() => helm?.stop());

  it(`give what Go gives (seeds from ${SEED}, ${CASES} of them)`, async () => {
    const { cases, errors, equalTexts, otherTexts, differences } = await compareRandom(helm, SEED, CASES);
    console.log(`      ${cases - errors} outputs; ${errors} errors, ${equalTexts} of them in the same words`);
    for (const other of otherTexts.slice(0, 5)) console.log(shown(other));
    expect(differences.map(shown).join('\n')).to.equal('');
    expect(equalTexts / errors).to.be.at.least(EQUAL_TEXTS);
    expect(errors).to.be.within(cases * 0.2, cases * 0.8);
  });
});

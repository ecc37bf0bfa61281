import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { templateCommand } from '../../../src/cli/commands/template.ts';
import { terminal } from '../../cli/harness.ts';

const FIXTURES = fileURLToPath(new URL('../../fixtures/helm', import.meta.url));

/** What `pilotage template` prints for a fixture; its command lines are in args.json, by the name of their output. */
function template(folder: string, args: readonly string[], helm: string): string {
  const inside = args.map((arg, i) => (args[i - 1] === '-f' ? join(folder, arg) : arg));
  const assumed = args.includes('--kube-version') ? [] : ['--kube-version', 'v1.33.1'];
  const { context, stdout } = terminal();
  templateCommand(context).parse(['rel', join(folder, 'chart'), '--helm', helm, ...inside, ...assumed], {
    from: 'user',
  });
  return stdout();
}

describe('pilotage template', () => {
  for (const name of readdirSync(FIXTURES)) {
    const folder = join(FIXTURES, name);
    const cases = JSON.parse(readFileSync(join(folder, 'args.json'), 'utf8')) as Record<string, string[]>;
    for (const [title, args] of Object.entries(cases))
      for (const helm of ['3', '4'])
        it(`prints what Helm ${helm} prints of the chart ${name} (${title})`, () => {
          const golden = readFileSync(join(folder, `${title}.v${helm}.txt`), 'utf8');
          expect(template(folder, args, helm)).to.equal(golden);
        });
  }
});

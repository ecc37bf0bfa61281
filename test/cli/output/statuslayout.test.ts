import { expect } from 'chai';
import { layOut, type Screen } from '../../../src/cli/output/statuslayout.ts';
import type { EnvironmentReport, StatusReport } from '../../../src/model/faces.ts';
import { environment } from '../harness.ts';

const OTHER = '1234567890abcdef1234567890abcdef12345678';
const TERMINAL: Screen = { columns: 80, rows: 24 };
const PAPER: Screen = { columns: undefined, rows: undefined };

const toCome = (from: string): Partial<EnvironmentReport> => ({
  wantedRevision: null,
  deployedRevision: null,
  sync: 'Unknown',
  phase: 'Frozen',
  health: 'Unknown',
  message: 'branch does not exist yet: the first promotion creates it',
  urls: [],
  promotion: { from, auto: false, gates: {} },
  stopped: { state: 'frozen', reason: 'BranchMissing', message: 'branch does not exist yet' },
});

const FAILED: Partial<EnvironmentReport> = {
  deployedRevision: OTHER,
  sync: 'OutOfSync',
  phase: 'Failed',
  health: 'Progressing',
  message: `Deployment resizer-dev/web: the container exited\n  Cannot find module 'pg'\n${'  at a line\n'.repeat(20)}  → Push a correction`,
};
const FROZEN: Partial<EnvironmentReport> = {
  phase: 'Frozen',
  message: `pilotage.yaml of branch main cannot be read: ${'spec.environments: is not a known field; '.repeat(8)}`,
};

function five(): StatusReport {
  const delivery = (name: string, ...parts: Partial<EnvironmentReport>[]) => ({
    name,
    source: 'hosted here',
    message: '',
    environments: ['dev', 'preprod', 'prod'].map((stage, i) =>
      environment({ delivery: name, name: stage, ...parts[i] }),
    ),
  });
  return {
    deliveries: [
      delivery('resizer', FAILED),
      delivery('shop', {}, {}, toCome('preprod')),
      delivery('blog', FROZEN, FROZEN, FROZEN),
      delivery('intranet'),
      delivery('search', {}, toCome('dev'), toCome('preprod')),
    ],
  };
}

const linesOf = (report: StatusReport, screen: Screen): string[] => {
  const { table, notes } = layOut(report, screen);
  return [...table.split('\n'), ...notes.flatMap((note) => note.split('\n'))];
};

describe('status on one screen', () => {
  it('fits five deliveries into 80 × 24, prompt included', () => {
    const lines = linesOf(five(), TERMINAL);
    expect(lines.length).to.be.at.most(22);
    for (const line of lines) expect(line.length, line).to.be.at.most(80);
    const text = lines.join('\n');
    for (const word of ['OutOfSync', '1234567→abcdef1', '127.0.0.1:30080']) expect(text).to.contain(word);
    expect(text).to.contain('resizer/dev: Deployment resizer-dev/web: the container exited');
    expect(lines.at(-1)).to.equal('all of it: pilotage why ENVIRONMENT');
  });

  it('folds what waits for its first promotion into a line, with the next step', () => {
    const lines = linesOf(five(), TERMINAL);
    expect(lines).to.include('search/preprod, search/prod: to come; next: pilotage promote search/preprod');
    expect(lines.some((line) => line.startsWith('search/preprod '))).to.equal(false);
  });

  it('keeps in the table what is frozen for another reason', () => {
    const { promotion } = toCome('dev');
    const stopped = { state: 'frozen', reason: 'FileUnreadable', message: 'no' } as const;
    const report = {
      deliveries: [
        {
          name: 'shop',
          source: '',
          message: '',
          environments: [
            environment({ deployedRevision: null, ...(promotion ? { promotion } : {}), stopped }),
          ],
        },
      ],
    };
    expect(layOut(report, TERMINAL).table).to.contain('shop/dev');
  });

  it('cuts nothing where nobody looks through a screen', () => {
    const text = linesOf(five(), PAPER).join('\n');
    expect(text).to.contain('→ Push a correction').and.contain('PHASE').and.not.contain('…');
  });

  it('fits names of any length into any width', () => {
    const name = 'a-delivery-with-a-name-that-goes-on-and-on';
    const report = {
      deliveries: [
        { name, source: '', message: '', environments: [environment({ delivery: name, ...FAILED })] },
      ],
    };
    for (const columns of [40, 60, 80])
      for (const line of linesOf(report, { columns, rows: 24 })) expect(line.length).to.be.at.most(columns);
  });

  it('counts what it leaves out', () => {
    const many = five().deliveries.flatMap((delivery) => [
      delivery,
      { ...delivery, name: `${delivery.name}2` },
    ]);
    const { notes } = layOut({ deliveries: many }, TERMINAL);
    expect(notes.join('\n')).to.match(/… \d+ more\n/);
  });
});

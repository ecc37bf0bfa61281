import { expect } from 'chai';
import { sayNotes } from '../../../src/sync/pass/progress.ts';
import { appNotes, formatNotes } from '../../../src/sync/source/notes.ts';

describe('the notes of a chart', () => {
  it('are told with the name of their app, indented', () => {
    const notes = appNotes('web', '\nOpen http://shop.example.\n\n  curl it\n');
    expect(formatNotes(notes)).to.equal('notes of web:\n  Open http://shop.example.\n\n    curl it');
  });

  it('are nothing where they have no text', () => {
    expect(appNotes('web', ' \n')).to.deep.equal([]);
    expect(appNotes('web', undefined)).to.deep.equal([]);
  });

  it('do not write on terminals what moves cursors or renames windows', () => {
    expect(appNotes('web', '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u009b2Jend')[0]?.text).to.equal(
      'red ]0;title2Jend',
    );
  });

  it('end after 30 lines, and say how many are left', () => {
    const [notes] = appNotes('web', Array.from({ length: 45 }, (_, i) => `line ${i}`).join('\n'));
    expect(notes?.text.split('\n').slice(-2)).to.deep.equal([
      'line 29',
      '(15 more: pilotage render --notes)',
    ]);
  });

  it('are told once, and not before all is healthy', () => {
    const said: string[] = [];
    const say = (_stage: string, message: string) => void said.push(message);
    const memory = { notes: appNotes('web', 'Hello') };
    const found = (state: string, applied: boolean) =>
      ({ verdict: { state }, applied, problems: [] }) as unknown as Parameters<typeof sayNotes>[2];
    sayNotes(say, memory, found('Progressing', true));
    sayNotes(say, memory, found('Healthy', false));
    expect(said).to.deep.equal([]);
    sayNotes(say, memory, found('Healthy', true));
    sayNotes(say, memory, found('Healthy', true));
    expect(said).to.deep.equal(['notes of web:\n  Hello']);
  });
});

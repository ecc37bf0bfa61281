import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { messageOf } from '../../src/notify/group.ts';
import { type Notice, oneLine } from '../../src/notify/message.ts';
import { SINKS, type SinkKind } from '../../src/notify/sinks/list.ts';
import type { Sink } from '../../src/notify/sinks/sink.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const notice = (over: Partial<Notice> = {}): Notice => ({
  ...{ kind: 'failed', delivery: 'shop', environment: 'prod', at: NOW, since: NOW },
  ...{ text: 'shop/prod failed: no such chart', remedy: 'pilotage why shop/prod', revision: 'a'.repeat(40) },
  ...{ subject: '<!channel> @all [click](http://evil)', author: 'Ann' },
  ...over,
});
const url = 'https://hooks.example.com/x';
const sent = (kind: SinkKind, notices: readonly Notice[], settings: Record<string, string> = {}) => {
  const sink: Sink = SINKS[kind];
  return sink.sending({ url, ...settings }, messageOf(notices), NOW);
};
const bodyOf = (kind: SinkKind, notices: readonly Notice[], settings = {}) => {
  const sending = sent(kind, notices, settings);
  if (sending?.type !== 'web') throw new Error('nothing was sent');
  return JSON.parse(String(sending.request.body));
};

describe('what channels are sent', () => {
  it('says what happened, at which commit, by whom, and what helps', () => {
    const { text } = bodyOf('slack', [notice({ subject: 'Fix it' })]);
    expect(text.split('\n')).to.deep.equal([
      'shop/prod failed: no such chart',
      'commit: aaaaaaa “Fix it” by Ann',
      'next: pilotage why shop/prod',
    ]);
  });

  it('calls nobody and links nowhere by what a commit says', () => {
    expect(bodyOf('slack', [notice()]).text).to.contain('&lt;!channel&gt;');
    expect(bodyOf('mattermost', [notice()]).text).not.to.match(/@all|\[click\]\(/);
    expect(bodyOf('discord', [notice()]).allowed_mentions).to.deep.equal({ parse: [] });
    expect(JSON.stringify(bodyOf('teams', [notice()]))).not.to.contain('[click](');
  });

  it('is one message of many notices, with a count of those that are left out', () => {
    const many = Array.from({ length: 22 }, (_, i) => notice({ environment: `e${i}` }));
    const { text } = bodyOf('slack', many);
    expect(text).to.match(/^shop\/e0, shop\/e1, shop\/e2 and 19 more: failed/);
    expect(text).to.contain('and 12 more');
  });

  it('is signed over time and body, as generic webhooks to Pilotage are', () => {
    const sending = sent('webhook', [notice()], { secret: 'k' });
    if (sending?.type !== 'web') throw new Error('nothing was sent');
    const { headers = {}, body } = sending.request;
    const hex = createHmac('sha256', 'k')
      .update(`${NOW / 1000}.${body}`)
      .digest('hex');
    expect(headers['x-pilotage-signature']).to.equal(`t=${NOW / 1000},v1=${hex}`);
  });

  it('fires an alert and resolves the same one, and is no alert of what is no trouble', () => {
    const [fired] = bodyOf('alertmanager', [notice()]);
    const [over] = bodyOf('alertmanager', [notice(), notice({ kind: 'recovered', at: NOW + 1 })]);
    expect(over.labels).to.deep.equal(fired.labels);
    expect(Date.parse(fired.endsAt)).to.be.greaterThan(NOW);
    expect(Date.parse(over.endsAt)).to.equal(NOW);
    expect(sent('alertmanager', [notice({ kind: 'promoted' })])).to.equal(undefined);
  });

  it('is mail whose headers nobody else writes', () => {
    const text = oneLine('ok\r\nBcc: eve@example.com\u2028');
    const sending = sent('email', [notice({ text: `${text} ÿ` })], {
      from: 'a@example.com',
      to: 'b@example.com',
    });
    if (sending?.type !== 'mail') throw new Error('nothing was sent');
    const [head = ''] = sending.mail.text.split('\r\n\r\n');
    expect(head).not.to.contain('Bcc');
    expect(head).to.match(/^Subject: =\?utf-8\?B\?/m);
    expect(head.split('\r\n').every((line) => line.length <= 120)).to.equal(true);
  });
});

import { createHmac } from 'node:crypto';
import { posted, type Sink } from './sink.ts';

/**
 * Any receiver of JSON. With a secret it is signed as Pilotage wants generic webhooks signed itself (docs/webhooks.md): `t=SECONDS,v1=HEX`, the
 * HMAC-SHA256 of `SECONDS.BODY`. A header says which message it is, so that one that comes again after a crash can be left out.
 */
export const webhook: Sink = {
  needs: ['url'],
  takes: ['secret'],
  sending({ url = '', secret }, { title, all, id }, now) {
    const body = {
      title,
      notices: all.map(({ at, since, ...rest }) => ({ ...rest, ...timesOf(at, since) })),
    };
    const headers = {
      'x-pilotage-message': id,
      ...(secret ? { 'x-pilotage-signature': signature(secret, JSON.stringify(body), now) } : {}),
    };
    return posted(url, body, headers);
  },
};

const timesOf = (at: number, since: number) => ({
  at: new Date(at).toISOString(),
  since: new Date(since).toISOString(),
});

function signature(secret: string, body: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}

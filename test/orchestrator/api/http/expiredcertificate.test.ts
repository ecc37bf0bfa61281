import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { expect } from 'chai';
import { load } from 'js-yaml';
import { systemClock } from '../../../../src/base/clock.ts';
import { startHttpsServer } from '../httpserver.ts';

const DAY = 86_400_000;

describe('a client certificate', () => {
  /** Of a server that made it so many days ago, asked now. */
  async function answerAfter(days: number): Promise<number> {
    const clock = { ...systemClock, now: () => Date.now() - days * DAY };
    const server = await startHttpsServer({ clock });
    const { users } = load(readFileSync(server.kubeconfig, 'utf8')) as {
      users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
    };
    const pem = (data = '') => Buffer.from(data, 'base64');
    const { 'client-certificate-data': cert, 'client-key-data': key } = users[0]?.user ?? {};
    const code = await new Promise<number>((resolve, reject) => {
      request(
        {
          host: '127.0.0.1',
          port: server.port,
          path: '/api/v1/namespaces',
          agent: false,
          cert: pem(cert),
          key: pem(key),
          // The server's own certificate is as old.
          rejectUnauthorized: false,
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      )
        .on('error', reject)
        .end();
    });
    await server.close();
    return code;
  }

  it('signs in while it is valid', async () => {
    expect(await answerAfter(700)).to.equal(200);
  });

  it('that has expired signs nobody in', async () => {
    expect(await answerAfter(900)).to.equal(401);
  });
});

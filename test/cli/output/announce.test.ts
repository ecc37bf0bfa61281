import { expect } from 'chai';
import { announce } from '../../../src/cli/output/announce.ts';
import type { DaemonFile } from '../../../src/model/daemonfile.ts';
import { terminal } from '../harness.ts';

const FILE: DaemonFile = {
  http: 'https://127.0.0.1:7080',
  tls: { host: '127.0.0.1', port: 7080, ca: '/data/pki/ca.crt', fingerprint: 'AB:CD', own: true },
  api: 'https://127.0.0.1:7443',
  git: 'https://127.0.0.1:7080/git',
  kubeconfig: '/data/kubeconfig',
  pid: 1,
  pidStartTime: '1',
  token: 'the-token',
};

describe('what `pilotage up` says', () => {
  const said = (
    file: DaemonFile,
    output: 'text' | 'json',
    host: string,
    bootstrap?: { code: string; expiresAt: string },
  ): string => {
    const { context, stdout } = terminal();
    const options = { output, http: { host, port: 7080 }, httpNames: [host, 'builder'] };
    announce(options, context, {
      file,
      confinement: { type: 'none', reason: 'a test' },
      bootstrap,
    });
    return stdout();
  };
  const { tls: _, ...plain } = { ...FILE, http: 'http://127.0.0.1:7080' };

  it('shows the fingerprint of its own authority, to people and to programs, and no token', () => {
    expect(said(FILE, 'text', '10.1.2.3'))
      .to.contain('AB:CD')
      .and.not.to.contain('the-token');
    expect(JSON.parse(said(FILE, 'json', '10.1.2.3'))).to.include({ fingerprint: 'AB:CD' });
    expect(said(plain, 'text', '127.0.0.1')).not.to.contain('TLS');
    expect(JSON.parse(said(plain, 'json', '127.0.0.1'))).not.to.have.any.keys('fingerprint', 'token');
  });

  it('names an address for others where it listens on all', () => {
    expect(said(FILE, 'text', '0.0.0.0')).to.contain('--server https://builder:7080');
    expect(said(FILE, 'text', '10.1.2.3')).not.to.contain('--server');
  });

  it('leads to the first administrator where there is none, and never in what programs read', () => {
    const bootstrap = { code: 'c0de', expiresAt: '2026-01-01T01:00:00Z' };
    expect(said(FILE, 'text', '127.0.0.1', bootstrap)).to.contain('https://127.0.0.1:7080/bootstrap#c0de');
    expect(said(FILE, 'json', '127.0.0.1', bootstrap)).not.to.contain('c0de');
    expect(said(FILE, 'text', '127.0.0.1')).not.to.contain('bootstrap');
  });
});

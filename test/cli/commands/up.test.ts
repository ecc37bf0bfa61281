import { expect } from 'chai';
import type { UpOptions } from '../../../src/cli/context.ts';
import { run } from '../harness.ts';

describe('pilotage up', () => {
  const up = async (...flags: readonly string[]) => {
    let started: UpOptions | undefined;
    const runDaemon = async (options: UpOptions) => {
      started = options;
      return 0;
    };
    const { stderr } = await run(['up', '--data-dir', '/nowhere', ...flags], {}, { runDaemon });
    return { started, stderr };
  };

  it('refuses to send the token over a network without TLS, unless told to', async () => {
    for (const address of ['0.0.0.0:7080', '10.1.2.3:7080', '[::]:7080', 'builder:7080']) {
      const { started, stderr } = await up('--http', address);
      expect(started, address).to.equal(undefined);
      expect(stderr).to.contain('without TLS').and.contain('--insecure');
      expect((await up('--http', address, '--insecure')).started, address).not.to.equal(undefined);
    }
    for (const address of ['127.0.0.1:7080', '127.9.9.9:0', '[::1]:7080', 'localhost:7080', '7080'])
      expect((await up('--http', address)).started, address).not.to.equal(undefined);
  });

  it('may be asked by the names that it is given', async () => {
    const { started } = await up('--http', 'builder:7080', '--insecure', '--http-name', 'Pilot.example');
    expect(started?.httpNames).to.include.members(['builder', 'pilot.example']);
  });
});

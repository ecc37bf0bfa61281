import { expect } from 'chai';
import { unitFile } from '../../../src/cli/service/unit.ts';
import { run } from '../harness.ts';

const entry = { execPath: '/usr/bin/node', args: ['/opt/pilotage/dist/main.js'] };
const surroundings = {
  entry,
  user: 'ann',
  dataDir: '/home/ann/.local/share/pilotage',
  hostEnvironment: { PATH: '/usr/bin:/bin', HOME: '/home/ann' },
};

describe('pilotage install-service', () => {
  it('prints a unit that starts this very program on this data directory, with the options for up', async () => {
    const { code, stdout } = await run(
      ['install-service', '--print', '--', '--http', '127.0.0.1:8080'],
      surroundings,
    );
    expect(code).to.equal(0);
    expect(stdout).to.contain(
      'ExecStart="/usr/bin/node" "/opt/pilotage/dist/main.js" "up" "--data-dir" "/home/ann/.local/share/pilotage" "--http" "127.0.0.1:8080"',
    );
    expect(stdout).to.contain('WantedBy=default.target').and.contain('KillMode=process');
    expect(stdout).not.to.contain('User=');
  });

  it("is the machine's own unit for root, as the user that is named", async () => {
    const { stdout } = await run(['install-service', '--print', '--run-as', 'deploy'], {
      ...surroundings,
      user: 'root',
    });
    expect(stdout).to.contain('User=deploy').and.contain('WantedBy=multi-user.target');
    expect(stdout).not.to.contain('HOME=');
  });

  it('says that only root may name another user', async () => {
    const { code, stderr } = await run(['install-service', '--print', '--run-as', 'deploy'], surroundings);
    expect(code).to.equal(1);
    expect(stderr).to.contain('--run-as needs root').and.contain('→');
  });

  it('writes words that systemd reads as they are', () => {
    const unit = unitFile({
      command: ['/opt/my app/node', 'a"b', '100%', '$HOME', 'back\\slash'],
      scope: 'user',
      environment: { PATH: '/a:/b' },
    });
    expect(unit).to.contain('ExecStart="/opt/my app/node" "a\\"b" "100%%" "$$HOME" "back\\\\slash"');
  });
});

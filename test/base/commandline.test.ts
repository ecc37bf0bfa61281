import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { withoutSecret } from '../../src/base/commandline.ts';

describe('a command line', () => {
  it('is shown without the secret in it, however that is written', () => {
    const secret = 'abcdef.0123456789abcdef';
    const words = ['node', 'main.js', 'agent', '--token', secret, `--token=${secret}`, '--node-name', 'b'];
    expect(withoutSecret(words, secret)).to.equal('node main.js agent --token … --token=… --node-name b');
  });

  it('is what its own title has written over it', function () {
    if (process.platform !== 'linux') this.skip();
    const program = `process.title = 'shown'; process.stdout.write(require('fs').readFileSync('/proc/self/cmdline'))`;
    const shown = execFileSync(process.execPath, ['-e', program, 'abcdef.0123456789abcdef']).toString();
    expect(shown.replaceAll('\0', '')).to.equal('shown');
  });
});

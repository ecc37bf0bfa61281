import { expect } from 'chai';
import { findings } from '../../../src/cli/init/findings.ts';
import { tree } from '../../render/tree.ts';

const seen = (files: Record<string, string>): string =>
  findings((file) => files[file], tree(files)).join('\n');

describe('what init sees in a repository that comes from elsewhere', () => {
  it('names the services of a compose file, and says that it is delivered', () => {
    const text = 'services:\n  web: {image: x}\n  db: {image: y}\n';
    expect(seen({ 'docker-compose.yml': text, Dockerfile: 'FROM scratch\n' })).to.equal(
      'docker-compose.yml (2 services: web, db): delivered as it is (docs/compose.md)',
    );
    expect(seen({ 'compose.yaml': ': [' })).to.match(/^compose.yaml: delivered/);
    const manifest = 'apiVersion: v1\nkind: ConfigMap\n';
    expect(seen({ 'compose.yaml': text, 'k8s/a.yaml': manifest })).to.contain('not used');
  });

  it('takes the command line from a Dockerfile, in both of its forms', () => {
    expect(seen({ Dockerfile: 'FROM node\nCMD ["node", "a.js"]\nCMD ["node", "server.js"]\n' })).to.contain(
      '--command "node server.js"',
    );
    expect(seen({ Dockerfile: 'FROM python\nENTRYPOINT python app.py\n' })).to.contain('"python app.py"');
    expect(seen({ Dockerfile: 'FROM scratch\n' }))
      .to.contain('dockerfile: Dockerfile')
      .and.not.contain('--command');
  });

  it('says that a Dockerfile is what the image is built by, where it is', () => {
    const files = { Dockerfile: 'FROM scratch\n' };
    expect(findings((file) => files[file as 'Dockerfile'], tree(files), true).join()).to.contain(
      'is built by it',
    );
  });

  it('says what becomes of requirements.txt and go.mod', () => {
    expect(seen({ 'requirements.txt': '' })).to.contain('vendor/');
    expect(seen({ 'go.mod': '' })).to.contain('go');
  });

  it('says nothing of a repository that has none of them', () => {
    expect(seen({ 'package.json': '{}', 'README.md': '' })).to.equal('');
  });
});

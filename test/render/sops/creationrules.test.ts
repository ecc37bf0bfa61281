import { expect } from 'chai';
import { unwrap } from '../../../src/base/errors.ts';
import { creationRule, newRules } from '../../../src/render/sops/creationrules.ts';

describe('the rules of a new repository', () => {
  const sealed = (file: string, path: string): boolean =>
    unwrap(creationRule(newRules(['age1x']), file)).rule.isSealed(path.split('.'));

  it('seal all that a values file holds, whatever its keys are called', () => {
    for (const file of ['secrets.yaml', 'chart/secrets.dev.yaml', 'apps/shop/secrets.json'])
      for (const path of ['db.type.password', 'metadata.token', 'kind.pin', 'apiVersion', 'data.x'])
        expect(sealed(file, path), `${file} ${path}`).to.equal(true);
  });

  it('seal the data of a manifest, and leave readable which object it is', () => {
    for (const file of ['chart/templates/secrets.yaml', 'manifests/db/secrets-db.yaml']) {
      for (const path of ['data.password', 'stringData.type', 'stringData.metadata'])
        expect(sealed(file, path), `${file} ${path}`).to.equal(true);
      for (const path of ['metadata.name', 'kind', 'apiVersion', 'type'])
        expect(sealed(file, path), `${file} ${path}`).to.equal(false);
    }
  });
});

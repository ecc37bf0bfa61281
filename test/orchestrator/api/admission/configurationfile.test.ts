import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ProblemError } from '../../../../src/base/errors.ts';
import {
  NOTHING_CONFIGURED,
  readAdmissionConfiguration,
} from '../../../../src/orchestrator/api/admission/configurationfile.ts';
import { levelText } from '../../../../src/orchestrator/api/admission/podsecurity/policy.ts';

const HEAD = 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\n';
const CONFIGURATION = 'apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\n';

const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '      ');
const inline = (configuration: string) =>
  `${HEAD}plugins:\n  - name: PodSecurity\n    configuration:\n${indented(configuration)}`;

describe('the file that configures admission', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-admission-'));
    file = join(dir, 'admission.yaml');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const read = (text: string) => {
    writeFileSync(file, text);
    return readAdmissionConfiguration(file);
  };
  const fault = (text: string): string => {
    try {
      read(text);
    } catch (error) {
      if (error instanceof ProblemError) return error.message;
      throw error;
    }
    return expect.fail('it was taken');
  };

  it('says which levels hold without labels, and who is exempt', () => {
    const { defaults, exemptions } = read(
      inline(
        `${CONFIGURATION}defaults: {enforce: baseline, enforce-version: v1.30, warn: restricted}\nexemptions: {usernames: [ann], namespaces: [kube-system], runtimeClasses: [vm]}\n`,
      ),
    ).podSecurity;
    expect(Object.values(defaults).map(levelText)).to.deep.equal([
      'baseline:v1.30',
      'privileged:latest',
      'restricted:latest',
    ]);
    expect(exemptions).to.deep.equal({
      usernames: ['ann'],
      namespaces: ['kube-system'],
      runtimeClasses: ['vm'],
    });
  });

  it('may name the file of a plug-in, from where it lies', () => {
    writeFileSync(join(dir, 'pods.yaml'), `${CONFIGURATION}defaults: {enforce: baseline}\n`);
    const { enforce } = read(`${HEAD}plugins: [{name: PodSecurity, path: pods.yaml}]\n`).podSecurity.defaults;
    expect(levelText(enforce)).to.equal('baseline:latest');
  });

  it('may configure nothing', () => {
    for (const text of ['', 'plugins: []\n', 'plugins: [{name: PodSecurity}]\n'])
      expect(read(`${HEAD}${text}`)).to.deep.equal(NOTHING_CONFIGURED);
  });

  const refusals: readonly (readonly [what: string, text: string, why: string])[] = [
    ['is of another kind', 'apiVersion: v1\nkind: ConfigMap\n', 'ConfigMap'],
    ['is no YAML', '{', 'admission.yaml: '],
    ['misspells a member', `${HEAD}plugin: []\n`, 'the file: plugin is not known'],
    [
      'configures a plug-in that cannot be',
      `${HEAD}plugins: [{name: EventRateLimit}]\n`,
      'plugins[0].name: "EventRateLimit" has no configuration here',
    ],
    [
      'names a plug-in twice',
      `${HEAD}plugins: [{name: PodSecurity}, {name: PodSecurity}]\n`,
      'plugins[1].name: "PodSecurity" is there twice',
    ],
    ['names a file that is not there', `${HEAD}plugins: [{name: PodSecurity, path: none}]\n`, 'ENOENT'],
  ];
  for (const [what, text, why] of refusals)
    it(`is refused where it ${what}`, () => {
      expect(fault(text)).to.contain(file).and.contain(why);
    });

  const podSecurity: readonly (readonly [what: string, text: string, why: string])[] = [
    ['of another kind', 'apiVersion: v1\nkind: Pod\n', 'plugins[0].configuration: it is "Pod" of "v1"'],
    [
      'with a level that is none',
      `${CONFIGURATION}defaults: {enforce: strict}\n`,
      'configuration.defaults.enforce: "strict": must be one of privileged, baseline, restricted',
    ],
    [
      'with a version that is none',
      `${CONFIGURATION}defaults: {warn-version: "1.30"}\n`,
      'configuration.defaults.warn-version: "1.30": must be "latest" or "v1.x"',
    ],
    [
      'with a misspelt mode',
      `${CONFIGURATION}defaults: {enforced: baseline}\n`,
      'configuration.defaults: enforced is not known',
    ],
    [
      'with a namespace that could not be',
      `${CONFIGURATION}exemptions: {namespaces: [Kube_System]}\n`,
      'configuration.exemptions.namespaces[0]: "Kube_System": ',
    ],
    [
      'with a name twice',
      `${CONFIGURATION}exemptions: {runtimeClasses: [vm, vm]}\n`,
      'configuration.exemptions.runtimeClasses[1]: "vm": it is there twice',
    ],
    [
      'with a user without a name',
      `${CONFIGURATION}exemptions: {usernames: [""]}\n`,
      'configuration.exemptions.usernames[0]: "": username must not be empty',
    ],
  ];
  for (const [what, text, why] of podSecurity)
    it(`is refused with levels ${what}`, () => {
      expect(fault(inline(text))).to.contain(why);
    });
});

import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { expect } from 'chai';
import { formatProblem, ProblemError, unwrap } from '../../src/base/errors.ts';
import { systemChance } from '../../src/render/chance.ts';
import { handlebars } from '../../src/render/handlebars/engine.ts';
import { render } from '../../src/render/render.ts';
import { sealKey } from '../../src/render/sops/keys.ts';
import { seal } from '../../src/render/sops/seal.ts';
import type { RenderRequest } from '../../src/render/types.ts';
import { createSyncActions } from '../../src/sync/actions.ts';
import { named } from '../fakes/user.ts';
import { createFakeRepository, createHarness } from './harness.ts';

const CANARY = 'canary-3b7f2d';
const TEMPLATES = {
  'chart/templates/web.yaml':
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata:\n  greeting: {{ .Values.greeting }}\n  url: db://{{ .Values.password }}@db\n',
  'chart/templates/db.yaml':
    'apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData:\n  once: {{ randAlphaNum 24 }}\n  password: {{ .Values.password }}\n  seen: {{ (lookup "v1" "ConfigMap" .Release.Namespace "other") | len }}\n',
};
const PILOTAGE =
  'apiVersion: pilotage.dev/v1alpha1\nkind: Delivery\nmetadata: {name: shop}\nspec:\n  environments: [{name: dev, branch: main}]\n  apps: [{name: web, chart: chart, values: [sealed.yaml]}]\n';

describe('an explanation of what is deployed', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  let actions: ReturnType<typeof createSyncActions>;
  let files: Readonly<Record<string, string>>;
  let identity: string;
  const requests: RenderRequest[] = [];
  before(async () => {
    identity = await generateX25519Identity();
    const key = Buffer.alloc(32, 7);
    const sealed = seal(`password: ${CANARY}\n`, {
      ...{ file: 'sealed.yaml', key, age: await sealKey(key, [await identityToRecipient(identity)]) },
      ...{ rule: { name: 'unencrypted_suffix', value: '_plain', isSealed: () => true }, now: new Date(0) },
      random: (n) => Buffer.alloc(n, 1),
    });
    files = {
      'pilotage.yaml': PILOTAGE,
      'sealed.yaml': unwrap(sealed),
      'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'chart/values.yaml': 'greeting: hello\n',
      ...TEMPLATES,
    };
  });
  beforeEach(async () => {
    requests.length = 0;
    const git = createFakeRepository();
    world = await createHarness({
      git,
      render: (request) => {
        requests.push(request);
        return render({ ...request, identities: [identity] }, handlebars, systemChance);
      },
    });
    actions = createSyncActions({
      home: world.home.client,
      sync: world.sync,
      repository: async () => git.repository,
      clock: world.clock,
      readBranches: async () => {},
      failureOf: () => undefined,
    });
  });
  afterEach(() => world.stop());

  /** Opening what is sealed takes real time. */
  const deployed = async (content: typeof files): Promise<void> => {
    const revision = await world.push(content);
    await world.until(async () => {
      await world.settle();
      return (await world.environment()).status?.deployedRevision === revision;
    });
  };
  const explain = (object: string, field?: string) =>
    actions.explain({ delivery: 'shop', environment: 'dev' }, { object, ...(field ? { field } : {}) });
  const refusal = (...asked: Parameters<typeof explain>): Promise<string> =>
    explain(...asked).then(
      () => 'not refused',
      (error: unknown) => (error instanceof ProblemError ? formatProblem(error.problem) : String(error)),
    );

  it('names the line and the value of the deployed commit, not of a later one that is broken', async () => {
    await deployed(files);
    await world.push({ ...files, 'chart/templates/web.yaml': '{{ fail "no" }}' });
    const { object, app, fields } = await explain('configmap/web', 'data.greeting');
    expect(object).to.include({ kind: 'ConfigMap', namespace: 'shop-dev', name: 'web' });
    expect(app).to.equal('web');
    expect(fields).to.have.length(1);
    expect(fields[0]).to.deep.include({ path: 'data.greeting', value: 'hello' });
    expect(fields[0]?.writers[0]?.place).to.include({ file: 'chart/templates/web.yaml', line: 5 });
    expect(fields[0]?.values[0]).to.deep.include({
      name: 'Values.greeting',
      place: { file: 'chart/values.yaml', line: 1 },
    });
  });

  it('has the kept values and answers of the sync, builds nothing and writes nothing', async () => {
    await deployed(files);
    const [writes, renders] = [world.home.writes.length, requests.length];
    await explain('secret/db');
    expect(world.home.writes.slice(writes)).to.deep.equal([]);
    // One: what the sync looked up is not looked up again.
    expect(requests).to.have.length(renders + 1);
    const { generated = {}, lookups = {} } = requests.at(-1) ?? {};
    expect(Object.keys(generated)).to.have.length(1);
    expect(Object.keys(lookups)).to.have.length(1);
  });

  it('shows nothing that was sealed, and nothing of a Secret', async () => {
    await deployed(files);
    const once = Object.values((await explained(requests)).generated).map(({ value }) => String(value));
    const said = JSON.stringify([
      await explain('configmap/web'),
      await explain('secret/db'),
      await refusal('secret/db', 'stringData.pasword'),
      await refusal('secret/dbs'),
    ]);
    expect(once).to.have.length(1);
    for (const secret of [CANARY, Buffer.from(CANARY).toString('base64'), ...once])
      expect(said).to.not.contain(secret);
    expect(said).to.contain('"value":"***"').and.contain('Values.password');
  });
  const explained = async (all: readonly RenderRequest[]) => {
    await explain('secret/db');
    return { generated: all.at(-1)?.generated ?? {} };
  };

  it('is refused where nothing is deployed yet', async () => {
    await world.push({ ...files, 'chart/templates/web.yaml': '{{ fail "no" }}' });
    expect(await refusal('configmap/web')).to.contain('Nothing is deployed in shop/dev');
  });

  it('is refused for an object and a field that there are not, with what was probably meant', async () => {
    await deployed(files);
    expect(await refusal('configmap/wbe')).to.contain('Did you mean configmap/web?');
    expect(await refusal('configmap/web', 'data.greting')).to.contain('Did you mean data.greeting?');
    expect(await refusal('web')).to.contain('is not KIND/NAME');
    expect(await refusal('configmap/web', 'x'.repeat(501))).to.contain('at most 500 characters');
  });

  it('is refused where the commit is gone that an environment was pinned to', async () => {
    await deployed(files);
    await actions.pin({ delivery: 'shop', environment: 'dev' }, { reason: 'a fair' }, named('ann'));
    await world.settle();
    world.git.broken = true;
    const said = await refusal('configmap/web');
    expect(said).to.match(/shop\/dev is pinned to 0{7}, whose files are no longer in the repository/);
    expect(said).to.contain('Push a branch that holds the commit');
  });
});

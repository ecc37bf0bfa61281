export const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n';
export const BOTH = { 'web.yaml': WEB, 'k/kustomization.yaml': '' };

const CHART = { 'k/charts/c/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n' };

/** Title → kustomization, what is said of it, further files. */
type Case = readonly [string, string, string | RegExp, Readonly<Record<string, string>>?];

export const CASES: readonly Case[] = [
  [
    'replacements that double a text',
    `resources: [web.yaml]\nreplacements: [${Array(40).fill('{source: {kind: Deployment}, targets: [{select: {kind: Deployment}, options: {delimiter: /, index: 99999999}}]}').join(', ')}]\n`,
    'too large for any object',
  ],
  ['bases that double at each step', 'resources: [../d0]\n', 'uses others more than 5000 times', doubling()],
  ['an empty file', '# nothing\n', 'k/kustomization.yaml: This kustomization is empty'],
  ['nothing but a kind', 'kind: Kustomization\n', 'This kustomization is empty'],
  [
    'a folder without kustomization',
    'resources: [../x]\n',
    'There is no kustomization.yaml in x',
    { 'x/a.yaml': WEB },
  ],
  [
    'two kustomizations in a folder',
    'resources: [web.yaml]\n',
    'two kustomizations here',
    { 'k/Kustomization': 'x' },
  ],
  [
    'another kind',
    'kind: Deployment\nresources: [web.yaml]\n',
    'kind must be Kustomization or Component, not Deployment',
  ],
  [
    'another version',
    'apiVersion: v2\nresources: [web.yaml]\n',
    'must be kustomize.config.k8s.io/v1beta1, not v2',
  ],
  [
    'an unknown field, with the one that may be meant',
    'resources: [web.yaml]\nnamePrefx: a\n',
    /kustomization\.yaml:2: namePrefx is not a field.*\n.*Did you mean namePrefix\?/,
  ],
  [
    'a number where a text is needed',
    'commonLabels: {version: 1.10}\n',
    /:1: commonLabels\.version must be a text, not the number 1\.10\n.*quotes/,
  ],
  [
    'a text where a list is needed',
    'resources: web.yaml\n',
    'resources must be a list, not the text web.yaml',
  ],
  [
    'a file that is not there',
    'resources: [nothing.yaml]\n',
    'There is neither a file nor a folder nothing.yaml in k',
  ],
  ['a file of another folder', 'resources: [../web.yaml]\n', '../web.yaml is not in or below k'],
  [
    'a path that leaves the repository',
    'resources: [../../etc/passwd]\n',
    '../../etc/passwd is outside of the repository',
  ],
  [
    'an absolute path',
    'configMapGenerator: [{name: a, files: [/etc/passwd]}]\n',
    '/etc/passwd is outside of the repository',
  ],
  [
    'a remote base',
    'resources: ["https://github.com/org/repo//base?ref=v1"]\n',
    /names v1, which may be another commit tomorrow.*\n.*git ls-remote https:\/\/github\.com\/org\/repo v1/,
  ],
  [
    'a remote base by its short name',
    'resources: [github.com/org/repo/base]\n',
    'github.com/org/repo/base names no commit',
  ],
  ['a remote file', 'patches: [{path: "https://example.com/p.yaml"}]\n', 'is a file elsewhere'],
  ['a kustomization that is its own base', 'resources: [.]\n', 'make a cycle: k → k', {}],
  [
    'a cycle of two',
    'resources: [../b]\n',
    'make a cycle: k → b → k',
    { 'b/kustomization.yaml': 'resources: [../k]\n' },
  ],
  [
    'a base above',
    'resources: [..]\n',
    'the root of the repository and k make a cycle',
    { 'kustomization.yaml': 'resources: [k]\n' },
  ],
  [
    'a component among the resources',
    'resources: [../c]\n',
    '../c is a component',
    { 'c/kustomization.yaml': 'kind: Component\nresources: []\nnamePrefix: a\n' },
  ],
  [
    'a base among the components',
    'resources: [web.yaml]\ncomponents: [../b]\n',
    '../b is no component',
    { 'b/kustomization.yaml': 'namePrefix: a\n' },
  ],
  [
    'an object that is there twice',
    'resources: [web.yaml, again.yaml]\n',
    /k\/again\.yaml:1: Deployment web is there twice, also in k\/web\.yaml:1/,
    { 'k/again.yaml': WEB },
  ],
  [
    'an object without a name',
    'resources: [a.yaml]\n',
    'k/a.yaml:1: This Pod has no name',
    { 'k/a.yaml': 'apiVersion: v1\nkind: Pod\n' },
  ],
  [
    'a file that is no object',
    'resources: [a.yaml]\n',
    'This is no Kubernetes object: it has no kind',
    { 'k/a.yaml': 'a: 1\n' },
  ],
  ['YAML that cannot be read', 'resources: [a.yaml]\n', /^k\/a\.yaml:2/, { 'k/a.yaml': 'a: 1\n b: [\n' }],
  [
    'a key that is given twice',
    'resources: [a.yaml]\n',
    'k/a.yaml:4: the key "kind" is given twice',
    { 'k/a.yaml': 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nkind: Pod\n' },
  ],
  ['a YAML bomb', 'resources: [a.yaml]\n', 'too large to be read', { 'k/a.yaml': bomb() }],
  [
    'a patch of nothing',
    'resources: [web.yaml]\npatches:\n  - patch: "{apiVersion: v1, kind: Pod, metadata: {name: x}}"\n',
    'kustomization.yaml:3: No resource matches the patch of Pod x',
  ],
  [
    'a JSON patch without a target',
    "resources: [web.yaml]\npatches:\n  - patch: '[{op: remove, path: /spec}]'\n",
    'A JSON patch needs a target',
  ],
  [
    'a JSON patch that does not fit',
    "resources: [web.yaml]\npatches:\n  - target: {kind: Deployment}\n    patch: '[{op: remove, path: /spec/x}]'\n",
    /does not fit Deployment web.*no member "x"/,
  ],
  [
    'a patch that is neither given nor named',
    'resources: [web.yaml]\npatches: [{target: {kind: Pod}}]\n',
    'A patch needs either patch or path',
  ],
  [
    'an unknown directive',
    'resources: [web.yaml]\npatches:\n  - patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {$patch: drop}}"\n',
    '$patch must be merge, replace or delete, not "drop"',
  ],
  [
    'a patch of another shape',
    'resources: [web.yaml]\npatches:\n  - patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: [1]}"\n',
    'A map cannot be patched by a list',
  ],
  [
    'a selector that is no expression',
    'resources: [web.yaml]\npatches: [{target: {name: "("}, patch: "{apiVersion: v1, kind: Pod, metadata: {name: a}}"}]\n',
    'The name of this selector is not a regular expression',
  ],
  [
    'a target with several patches',
    'resources: [web.yaml]\npatches: [{target: {name: web}, path: p.yaml}]\n',
    'must be a single document',
    { 'k/p.yaml': `${WEB}---\n${WEB}` },
  ],
  [
    'replicas of nothing',
    'resources: [web.yaml]\nreplicas: [{name: x, count: 1}]\n',
    'replicas names "x", but no resource of that name',
  ],
  [
    'a generator without a name',
    'configMapGenerator: [{literals: [a=b]}]\n',
    'A generated ConfigMap must have a name',
  ],
  [
    'a literal that is none',
    'configMapGenerator: [{name: a, literals: [b]}]\n',
    'The literal "b" is not key=value',
  ],
  [
    'a key of a generator given twice',
    'configMapGenerator: [{name: a, literals: [b=1, b=2]}]\n',
    'gives the key b twice',
  ],
  [
    'a merge into nothing',
    'configMapGenerator: [{name: a, behavior: merge}]\n',
    'There is no ConfigMap a to merge',
  ],
  [
    'a generator of what is there',
    'resources: [c.yaml]\nconfigMapGenerator: [{name: a}]\n',
    /ConfigMap a exists already: k\/c\.yaml:1\n.*behavior: merge/,
    { 'k/c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n' },
  ],
  [
    'a replacement without a source',
    'resources: [web.yaml]\nreplacements: [{targets: []}]\n',
    'A replacement needs a source',
  ],
  [
    'a replacement from nothing',
    'resources: [web.yaml]\nreplacements: [{source: {kind: Pod}, targets: [{select: {name: web}}]}]\n',
    'The source of a replacement is not there',
  ],
  [
    'a replacement of a field that is not there',
    'resources: [web.yaml]\nreplacements: [{source: {kind: Deployment}, targets: [{select: {name: web}, fieldPaths: [spec.x]}]}]\n',
    /has no field spec\.x\n.*create: true/,
  ],
  [
    'a text in a field of numbers',
    'resources: [web.yaml]\nreplacements: [{source: {kind: Deployment}, targets: [{select: {name: web}, fieldPaths: [spec.replicas]}]}]\n',
    'k/web.yaml:4: "web" was written to a field that holds an integer',
  ],
  [
    'a var from nothing',
    'resources: [web.yaml]\nvars: [{name: A, objref: {apiVersion: v1, kind: Pod, name: x}}]\n',
    'No resource matches the objref of the var A',
  ],
  [
    'two in one namespace that were in two',
    'resources: [a.yaml]\nnamespace: c\n',
    'In namespace c, Pod a would be there twice',
    {
      'k/a.yaml':
        'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: y}\n',
    },
  ],
  [
    'a generator that is a program',
    'generators: [g.yaml]\n',
    /Gen g \(example\.com\/v1\) is run as a program or a container/,
    { 'k/g.yaml': 'apiVersion: example.com/v1\nkind: Gen\nmetadata: {name: g}\n' },
  ],
  [
    'a transformer that is a container',
    'resources: [web.yaml]\ntransformers:\n  - |-\n    apiVersion: v1\n    kind: T\n    metadata: {name: t, annotations: {config.kubernetes.io/function: "container: {image: x}"}}\n',
    'is run as a program or a container',
  ],
  [
    'a built-in transformer that is not there',
    'resources: [web.yaml]\ntransformers:\n  - "{apiVersion: builtin, kind: ValueAddTransformer, metadata: {name: t}}"\n',
    'There is no built-in ValueAddTransformer here',
  ],
  ['validators', 'resources: [web.yaml]\nvalidators: [v.yaml]\n', 'validators are programs'],
  [
    'a chart that is nowhere',
    'helmCharts: [{name: a, releaseName: a}]\n',
    /kustomization\.yaml:1: There is no chart a in k\n.*chartHome/,
  ],
  [
    'a chart of a repository, with the command that brings it',
    'helmCharts: [{name: a, releaseName: a, repo: "https://charts.example.com", version: 1.2.3}]\n',
    /The chart a of https:\/\/charts\.example\.com is not in this repository.*\n.*In k, run `pilotage chart pull a --repo https:\/\/charts\.example\.com --version 1\.2\.3 --untar --destination charts\/a-1\.2\.3`/,
  ],
  [
    'a chart of an OCI registry, with the command that brings it',
    'helmCharts: [{name: a, releaseName: a, repo: "oci://r.example.com/x/"}]\n',
    'run `pilotage chart pull oci://r.example.com/x/a --untar --destination charts`',
  ],
  [
    'a chart outside of the repository',
    'helmGlobals: {chartHome: ../../x}\nhelmCharts: [{name: a, releaseName: a}]\n',
    '../../x/a is outside of the repository',
  ],
  ['a chart without a name', 'helmCharts: [{releaseName: a}]\n', 'A chart must have a name'],
  [
    'a chart whose release has no name',
    'helmCharts: [{name: c}]\n',
    /The chart c has no releaseName.*\n.*Write releaseName: c\./,
    CHART,
  ],
  [
    'a release with a name and a template of one',
    'helmCharts: [{name: c, releaseName: a, nameTemplate: b}]\n',
    'either releaseName or nameTemplate, not both',
    CHART,
  ],
  [
    'a template of a name that fails',
    'helmCharts: [{name: c, nameTemplate: "{{ x"}]\n',
    /kustomization\.yaml:1: The name template fails: .*function "x" not defined/,
    CHART,
  ],
  [
    'values of a chart from another folder',
    'helmCharts: [{name: c, releaseName: a, valuesFile: ../v.yaml}]\n',
    '../v.yaml is not in or below k',
    { ...CHART, 'v.yaml': 'a: 1' },
  ],
  [
    'an unknown way to merge values',
    'helmCharts: [{name: c, releaseName: a, valuesMerge: deep, valuesInline: {a: 1}}]\n',
    'valuesMerge must be one of merge, override, replace, not deep',
    CHART,
  ],
  [
    'inline values that are no map',
    'helmCharts: [{name: c, releaseName: a, valuesInline: [1]}]\n',
    'valuesInline must be a map',
    CHART,
  ],
  [
    'a template of a chart that fails, at its line',
    'helmCharts: [{name: c, releaseName: a}]\n',
    /k\/charts\/c\/templates\/a\.yaml:2.*no luck/,
    { ...CHART, 'k/charts/c/templates/a.yaml': '\n{{ fail "no luck" }}\n' },
  ],
  [
    'an object of a chart that is there already',
    'resources: [web.yaml]\nhelmCharts: [{name: c, releaseName: a}]\n',
    /templates\/a\.yaml:1: .*exists already: k\/web\.yaml:1/,
    { ...CHART, 'k/charts/c/templates/a.yaml': WEB },
  ],
  [
    'a schema of its own',
    'resources: [web.yaml]\nopenapi: {path: s.json}\n',
    'openapi.path is not supported',
  ],
  [
    'a release of the schema that is not there',
    'resources: [web.yaml]\nopenapi: {version: v1.99.0}\n',
    'openapi.version v1.99.0 is not built in',
  ],
  [
    'an order that is none',
    'resources: [web.yaml]\nsortOptions: {order: random}\n',
    'sortOptions.order must be legacy or fifo, not "random"',
  ],
  [
    'metadata of builds that are none',
    'resources: [web.yaml]\nbuildMetadata: [x]\n',
    'buildMetadata has no option x',
  ],
  [
    'a field configured in two ways',
    'resources: [web.yaml]\nconfigurations: [c.yaml]\n',
    'configured twice, once with create: true',
    { 'k/c.yaml': 'commonAnnotations: [{path: metadata/annotations}]\n' },
  ],
];

/** Each folder uses the next one twice, and there is nothing in the last. */
function doubling(): Record<string, string> {
  const folders = Array.from({ length: 30 }, (_, i) => [
    `d${i}/kustomization.yaml`,
    i < 29 ? `resources: [../d${i + 1}, ../d${i + 1}]\n` : 'namePrefix: a\n',
  ]);
  return Object.fromEntries(folders);
}

function bomb(): string {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
  );
  return `a0: &a0 x\n${levels.join('\n')}\n`;
}

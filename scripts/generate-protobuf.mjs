/**
 * Generates src/orchestrator/api/wire/protobuf/ from the .proto files and Go types that Kubernetes publishes: for each message
 * its fields by number, `[JSON name, type, flags]`. Needs Go on the PATH, which fetches and verifies the pinned modules.
 * Run it by hand when the version is raised:
 *
 *   node scripts/generate-protobuf.mjs
 *
 * Types: a scalar of protobuf, a message (`core.v1.PodSpec`), or `map<key,value>`. Flags: `r` repeated; `i` inlined in JSON;
 * `z` a zero value is kept (the Go field is a pointer, or is written even when empty). A message that is a bare list in
 * JSON has `"list": true`. No prose is copied.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { moduleDirectory } from './kubernetes.mjs';

/** Our name of the package → module and folder. */
const PACKAGES = {
  'meta.v1': ['k8s.io/apimachinery', 'pkg/apis/meta/v1'],
  'admissionregistration.v1': ['k8s.io/api', 'admissionregistration/v1'],
  'apiextensions.v1': ['k8s.io/apiextensions-apiserver', 'pkg/apis/apiextensions/v1'],
  'apiregistration.v1': ['k8s.io/kube-aggregator', 'pkg/apis/apiregistration/v1'],
  'apps.v1': ['k8s.io/api', 'apps/v1'],
  'authentication.v1': ['k8s.io/api', 'authentication/v1'],
  'authorization.v1': ['k8s.io/api', 'authorization/v1'],
  'autoscaling.v1': ['k8s.io/api', 'autoscaling/v1'],
  'autoscaling.v2': ['k8s.io/api', 'autoscaling/v2'],
  'batch.v1': ['k8s.io/api', 'batch/v1'],
  'certificates.v1': ['k8s.io/api', 'certificates/v1'],
  'coordination.v1': ['k8s.io/api', 'coordination/v1'],
  'core.v1': ['k8s.io/api', 'core/v1'],
  'discovery.v1': ['k8s.io/api', 'discovery/v1'],
  'events.v1': ['k8s.io/api', 'events/v1'],
  'flowcontrol.v1': ['k8s.io/api', 'flowcontrol/v1'],
  'networking.v1': ['k8s.io/api', 'networking/v1'],
  'node.v1': ['k8s.io/api', 'node/v1'],
  'policy.v1': ['k8s.io/api', 'policy/v1'],
  'rbac.v1': ['k8s.io/api', 'rbac/v1'],
  'resource.v1': ['k8s.io/api', 'resource/v1'],
  'scheduling.v1': ['k8s.io/api', 'scheduling/v1'],
  'storage.v1': ['k8s.io/api', 'storage/v1'],
};

/** `k8s.io.api.core.v1.Pod` or `.k8s.io.apimachinery.pkg.util.intstr.IntOrString` → our name. */
function typeName(text, own) {
  const map = /^map<(\w+), *([\w.]+)>$/.exec(text);
  if (map) return `map<${map[1]},${typeName(map[2], own)}>`;
  if (!text.includes('.')) return /^[A-Z]/.test(text) ? `${own}.${text}` : text;
  const parts = text.replace(/^\./, '').split('.');
  const name = parts.pop();
  const [last, before] = [parts.pop(), parts.pop()];
  return /^v\d/.test(last) ? `${before}.${last}.${name}` : `${last}.${name}`;
}

/** struct → field number → what the Go tags say. */
function goTags(folder) {
  const structs = {};
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.go') || /generated|_test/.test(file)) continue;
    const source = readFileSync(join(folder, file), 'utf8');
    for (const [, name, body] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      const tags = {};
      for (const line of body.split('\n')) {
        const match = /^\s*(.*?)\s*`json:"([^"]*)" protobuf:"\w+,(\d+)[^"]*"/.exec(line);
        if (!match) continue;
        const [json, ...options] = match[2].split(',');
        const type = match[1].split(/\s+/).at(-1);
        tags[match[3]] = {
          json,
          inline: options.includes('inline'),
          keepsZero: type.startsWith('*') || !options.includes('omitempty'),
        };
      }
      structs[name] = tags;
    }
    for (const [, name] of source.matchAll(/^type (\w+) \[\]\w+$/gm)) structs[name] = 'list';
  }
  return structs;
}

function messagesOf(own, folder) {
  const tags = goTags(folder);
  const proto = readFileSync(join(folder, 'generated.proto'), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  const messages = {};
  for (const [, name, body] of proto.matchAll(/^message (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const fields = {};
    const field = /^\s*(optional|repeated|required)?\s*(map<[^>]+>|[\w.]+) (\w+) = (\d+);/gm;
    for (const [, label, type, protoName, number] of body.matchAll(field)) {
      const tag = tags[name]?.[number];
      const flags = [
        label === 'repeated' ? 'r' : '',
        tag?.inline ? 'i' : '',
        tag && !tag.inline && tag.keepsZero ? 'z' : '',
      ].join('');
      fields[number] = [tag?.json || protoName, typeName(type, own), ...(flags ? [flags] : [])];
    }
    messages[name] = tags[name] === 'list' ? { ...fields, list: true } : fields;
  }
  return messages;
}

const target = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src/orchestrator/api/wire/protobuf');
rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [own, [module, folder]] of Object.entries(PACKAGES)) {
  const messages = messagesOf(own, join(moduleDirectory(module), folder));
  // One message per line: a new version reads well in a diff.
  const lines = Object.entries(messages).map(([name, fields]) => `"${name}":${JSON.stringify(fields)}`);
  writeFileSync(join(target, `${own}.json`), `{\n${lines.join(',\n')}\n}\n`);
}
writeFileSync(join(target, 'index.json'), `${JSON.stringify(Object.keys(PACKAGES))}\n`);

import { isObject } from '../../kube/values/equal.ts';
import type { Json, JsonObject, KubeObject } from '../../kube/values/types.ts';
import { dumpYaml } from '../../kube/values/yaml.ts';

export interface ChartOptions {
  readonly name: string;
  /** References of images that are built from the repository, by the name that `{{image "web"}}` has for them. */
  readonly built: Readonly<Record<string, string>>;
}

/**
 * A chart of rendered objects, by path: a template for each service, and values for images, replicas and the environment. Rendered for an app
 * of the same name it is what it was made of; an app of another name labels its objects with that.
 */
export function chartOf(
  objects: readonly KubeObject[],
  options: ChartOptions,
): Readonly<Record<string, string>> {
  const writer = new Writer(options);
  const templates = new Map<string, string>();
  for (const object of objects) {
    const service = object.metadata.labels?.['app.kubernetes.io/name'] ?? object.metadata.name ?? 'all';
    const path = `templates/${service}.yaml.hbs`;
    const before = templates.get(path);
    templates.set(path, `${before === undefined ? '' : `${before}---\n`}${writer.template(object, service)}`);
  }
  return {
    'Chart.yaml': `apiVersion: v2\nname: ${options.name}\ndescription: Made from the compose file of ${options.name}\ntype: application\nversion: 0.1.0\n`,
    'values.yaml': `# Images, replicas and environments of the services; what a service was built from is named in pilotage.yaml.\n${dumpYaml(writer.values())}`,
    ...Object.fromEntries([...templates].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

interface ServiceValues {
  image?: string;
  replicas?: number;
  env?: Record<string, string>;
}

/** Without the digest of what the pods mount: a text in a template does not change with the ConfigMap beside it. */
const entriesOf = (value: JsonObject): readonly (readonly [string, Json])[] =>
  Object.entries(value).filter(([key, member]) => {
    const isOnlyDigest = isObject(member) && Object.keys(member).join() === DIGEST;
    return key !== DIGEST && !(key === 'annotations' && isOnlyDigest);
  });

const DIGEST = 'checksum/config';

/** A word that no text of a manifest has, and YAML writes as it is. */
const MARK = 'pilotage0expression0';

class Writer {
  readonly #options: ChartOptions;
  readonly #services = new Map<string, ServiceValues>();
  readonly #texts: Record<string, string> = {};
  readonly #expressions: string[] = [];

  constructor(options: ChartOptions) {
    this.#options = options;
  }

  values(): JsonObject {
    const services = Object.fromEntries(this.#services) as JsonObject;
    return Object.keys(this.#texts).length > 0 ? { services, texts: this.#texts } : { services };
  }

  template(object: KubeObject, service: string): string {
    const { namespace: _, ...metadata } = object.metadata;
    const marked = this.#marked({ ...object, metadata } as unknown as JsonObject, service);
    return dumpYaml(marked).replace(
      new RegExp(`(['"]?)${MARK}(\\d+)x\\1`, 'g'),
      (_whole, _quote, index: string) => this.#expressions[Number(index)] ?? '',
    );
  }

  #expression(text: string): string {
    this.#expressions.push(text);
    return `${MARK}${this.#expressions.length - 1}x`;
  }

  #marked(value: JsonObject, service: string): JsonObject {
    const members = entriesOf(value).map(([key, member]): readonly [string, Json] => {
      if (key === 'app.kubernetes.io/instance') return [key, this.#expression('{{toJson Release.Name}}')];
      if (key === 'replicas' && typeof member === 'number') return [key, this.#replicas(service, member)];
      if (key === 'containers' && Array.isArray(member))
        return [key, member.map((one) => (isObject(one) ? this.#container(one, service) : one))];
      return [key, this.#text(member, service)];
    });
    return Object.fromEntries(members);
  }

  #text(value: Json, service: string): Json {
    if (Array.isArray(value)) return value.map((item) => this.#text(item, service));
    if (isObject(value)) return this.#marked(value, service);
    if (typeof value !== 'string' || !value.includes('{{')) return value;
    // Such a text would be read as a template.
    const name = `t${Object.keys(this.#texts).length}`;
    this.#texts[name] = value;
    return this.#expression(`{{toJson Values.texts.${name}}}`);
  }

  #of(service: string): ServiceValues {
    const known = this.#services.get(service) ?? {};
    this.#services.set(service, known);
    return known;
  }

  #replicas(service: string, replicas: number): string {
    this.#of(service).replicas = replicas;
    return this.#expression(`{{Values.services.[${service}].replicas}}`);
  }

  #container(container: JsonObject, service: string): JsonObject {
    const { image, env } = container;
    const rest = this.#marked(container, service);
    return {
      ...rest,
      ...(typeof image === 'string' ? { image: this.#image(image, service) } : {}),
      ...(Array.isArray(env)
        ? { env: env.map((one) => (isObject(one) ? this.#variable(one, service) : one)) }
        : {}),
    };
  }

  #image(image: string, service: string): string {
    const built = Object.entries(this.#options.built).find(([, reference]) => reference === image);
    if (built) return this.#expression(`{{image ${JSON.stringify(built[0])}}}`);
    this.#of(service).image = image;
    return this.#expression(`{{toJson Values.services.[${service}].image}}`);
  }

  #variable({ name, value, ...rest }: JsonObject, service: string): JsonObject {
    if (typeof name !== 'string' || typeof value !== 'string' || !/^\w+$/.test(name))
      return { ...rest, ...(name === undefined ? {} : { name }), ...(value === undefined ? {} : { value }) };
    const values = this.#of(service);
    values.env = { ...values.env, [name]: value };
    return { name, value: this.#expression(`{{toJson Values.services.[${service}].env.[${name}]}}`) };
  }
}

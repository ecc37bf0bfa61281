import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { unwrap } from '../../../src/base/errors.ts';
import { parseValues } from '../../../src/charts/values.ts';
import { composeImages } from '../../../src/render/sources/composefile.ts';
import type { Rendered, RenderRequest } from '../../../src/render/types.ts';
import { rendered, request } from '../request.ts';
import { treeOnDisk } from '../tree.ts';

export const ROOT = new URL('../../fixtures/composefile/', import.meta.url);

export const STORIES = readdirSync(ROOT);

/** The request of a story: `tree/` and, where it has one, `values.yaml`. */
export function storyRequest(name: string): RenderRequest {
  const file = new URL(`${name}/values.yaml`, ROOT);
  const overrides = existsSync(file)
    ? unwrap(parseValues(readFileSync(file, 'utf8'), 'values.yaml')).data
    : {};
  return request(treeOnDisk(new URL(`${name}/tree`, ROOT).pathname), { app: 'shop', overrides });
}

/** Its render; what its services build is called `built/SERVICE:1`. */
export function renderStory(name: string): Rendered {
  const { tree, ...more } = storyRequest(name);
  const images = unwrap(composeImages({ tree, ...more })).map(({ service }) => [
    service,
    `built/${service}:1`,
  ]);
  return rendered(tree, { ...more, composeImages: Object.fromEntries(images) });
}

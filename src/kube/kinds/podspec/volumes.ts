import { type FieldError, forbidden, invalid, required } from '../../values/fielderrors.ts';
import { dns1123Label } from '../../values/names.ts';
import type { JsonObject } from '../../values/types.ts';
import { duplicates, none, requiredName } from '../checks/checks.ts';
import { numberAt, objectAt, objectsAt, textAt } from '../checks/read.ts';

export function validateVolumes(spec: JsonObject, path: string): readonly FieldError[] {
  const volumes = objectsAt(spec, 'volumes');
  return [
    ...volumes.flatMap((volume, i) => validateVolume(volume, `${path}[${i}]`)),
    ...duplicates(volumes, 'name', path),
  ];
}

function validateVolume(volume: JsonObject, path: string): readonly FieldError[] {
  const sources = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== undefined);
  return [
    ...requiredName(`${path}.name`, textAt(volume, 'name'), dns1123Label),
    ...(sources.length === 0 ? [required(path, 'must specify a volume type')] : []),
    ...sources
      .slice(1)
      .map((source) => forbidden(`${path}.${source}`, 'may not specify more than 1 volume type')),
    ...sources.flatMap((source) => validateSource(source, objectAt(volume, source), `${path}.${source}`)),
  ];
}

/** The member that names what a source reads from. */
const NAME_OF_SOURCE: Readonly<Record<string, string>> = {
  configMap: 'name',
  secret: 'secretName',
  hostPath: 'path',
  persistentVolumeClaim: 'claimName',
};

function validateSource(source: string, value: JsonObject, path: string): readonly FieldError[] {
  const member = NAME_OF_SOURCE[source];
  const mode = numberAt(value, 'defaultMode');
  return [
    ...(member !== undefined && textAt(value, member) === '' ? [required(`${path}.${member}`)] : []),
    ...(mode !== undefined ? validateMode(mode, `${path}.defaultMode`) : none),
    ...objectsAt(value, 'items').flatMap((item, i) => validateItem(item, `${path}.items[${i}]`)),
  ];
}

const validateMode = (mode: number, field: string): readonly FieldError[] =>
  mode >= 0 && mode <= 0o777
    ? none
    : [invalid(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')];

function validateItem(item: JsonObject, path: string): readonly FieldError[] {
  const target = textAt(item, 'path');
  const mode = numberAt(item, 'mode');
  const isOutside = target.startsWith('/') || target.split('/').includes('..');
  return [
    ...(target === '' ? [required(`${path}.path`)] : []),
    ...(isOutside ? [invalid(`${path}.path`, target, "must be a relative path without '..'")] : []),
    ...(mode === undefined ? none : validateMode(mode, `${path}.mode`)),
  ];
}

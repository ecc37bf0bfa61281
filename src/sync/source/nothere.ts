import type { Problem } from '../../base/errors.ts';
import { type FileTree, pathsBelow, readText } from '../../base/filetree.ts';
import type { AppEntry } from '../../model/deliveryfile.ts';

/** https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md: the first line of a pointer, which has less than 1024 bytes. */
const POINTER = 'version https://git-lfs.github.com/spec/v1\n';
const LONGEST_POINTER = 1024;
/** What renderers take; a picture beside a chart, or data beside a compose file, is no input. */
const INPUT = /\.(ya?ml|tpl)$|(^|\/)(templates\/|charts\/[^/]+\.tgz$)/;

/**
 * What an app is made of and the repository does not hold: a folder that is in a submodule, or a file whose content is kept by Git LFS. Neither
 * is fetched, and an empty folder or the text of a pointer is not what anybody meant. Undefined: all is here. Pure.
 */
export function notHere(
  tree: FileTree,
  { name, source, values }: Pick<AppEntry, 'name' | 'source' | 'values'>,
): Problem | undefined {
  const folder = source.type === 'folder' ? source.path : undefined;
  const submodule = submodulesOf(tree).find(({ path }) =>
    [...(folder === undefined ? [] : [folder]), ...values].some((input) =>
      `${input}/`.startsWith(`${path}/`),
    ),
  );
  if (submodule)
    return {
      reason: 'SubmoduleNotFetched',
      message: `app ${name}: ${submodule.path} is a submodule, and submodules are not fetched`,
      place: { file: '.gitmodules', line: submodule.line },
      remedy:
        'Commit the files themselves (git subtree add), or deliver the other repository by itself: pilotage connect.',
    };
  const below = folder === undefined ? [] : pathsBelow(tree, folder);
  const inputs = [...values, ...below.filter((path) => INPUT.test(path))];
  const pointer = inputs.find((path) => isPointer(tree.read(path)));
  if (pointer === undefined) return undefined;
  return {
    reason: 'LfsNotFetched',
    message: `app ${name}: ${pointer} is kept by Git LFS, and only its pointer is in the repository`,
    place: { file: pointer, line: 1 },
    remedy: `Keep it in git itself: git lfs untrack ${pointer} && git add --renormalize ${pointer}`,
  };
}

function isPointer(bytes: Uint8Array | undefined): boolean {
  if (!bytes || bytes.length > LONGEST_POINTER) return false;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8').startsWith(POINTER);
}

/** Of gitmodules(5): where they are, and the line that says so. A folder that has files is none any more. */
function submodulesOf(tree: FileTree): readonly { readonly path: string; readonly line: number }[] {
  return (readText(tree, '.gitmodules') ?? '').split('\n').flatMap((text, at) => {
    const path = /^\s*path\s*=\s*"?([^"\n]*?)"?\s*$/.exec(text)?.[1]?.replace(/\/+$/, '');
    return path && pathsBelow(tree, path).length === 0 ? [{ path, line: at + 1 }] : [];
  });
}

// SPDX-License-Identifier: MIT
import { packagePaths } from '../mirror/layout.js';
import { parseNotesState } from '../mirror/records/notes-state.js';
import type { Outcome } from '../rebuild/outcome.js';
import { formOf } from '../rebuild/texts.js';
import type { Registry } from './archive/archive-packages.js';
import { NOWHERE } from './claims.js';
import { orFinding } from './findings.js';
import type { Proved } from './releases.js';
import type { Scope, World } from './world.js';

/** What the whole of the mirror knows of its archive: who has which name, and where keys and notes have been. */
export async function registryOf(world: World, scope: Scope, proved: Proved): Promise<Registry> {
  const { files, keys, branch, shape } = world;
  const owners = new Map<string, Outcome>();
  const all = [...proved.leftOut, ...proved.outcomes];
  for (const outcome of all)
    for (const name of outcome.own.keys())
      if (outcome.isSigned || !owners.has(name)) owners.set(name, outcome);
  const keyPaths = new Set<string>();
  const notes = new Set<string>();
  const roots =
    branch === undefined || shape === undefined
      ? scope.cases.map((item) => ({ root: item.root, of: item.shape }))
      : branch.line.map(({ commit }) => ({ root: commit.tree, of: shape }));
  for (const { root, of } of roots)
    await orFinding(async () => {
      const { archive } = of.directories;
      for (const { path, fingerprints } of await keys.of(root, archive))
        if (fingerprints.length > 0) keyPaths.add(path);
      const state = await files.find(root, `${archive}/release-notes.json`);
      if (state?.mode === '100644')
        for (const { file } of parseNotesState(await files.small(state.oid)))
          notes.add(Buffer.from(file).toString('latin1'));
    }, NOWHERE);
  const lostNames = scope.lost
    .concat(scope.broken.flatMap(({ listed }) => listed ?? []))
    .flatMap(({ file }) =>
      Object.values(packagePaths(file)).map((path) => path.slice('rpm/'.length)),
    );
  const inherited = new Set<string>();
  for (const { item } of all)
    if (formOf(item) === 'predecessor')
      await orFinding(async () => {
        const { archive } = item.shape.directories;
        for (const folder of [archive, `${archive}/rpm`])
          for (const [name, { oid }] of await files.entries(item.root, folder))
            inherited.add(`${name} ${oid}`);
      }, NOWHERE);
  return {
    outcomes: new Map(all.map((outcome) => [outcome.item.tag, outcome])),
    leftOut: new Set(proved.leftOut.map(({ item }) => item.tag)),
    owners,
    lostNames: new Set(lostNames.map((name) => Buffer.from(name).toString('latin1'))),
    keyPaths,
    notes,
    inherited,
  };
}

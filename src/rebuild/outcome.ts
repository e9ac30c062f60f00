// SPDX-License-Identifier: MIT
import type { TreeFile } from '../git/objects/folders.js';
import type { Oid } from '../git/store.js';
import type { ReleaseFacts } from '../mirror/records/facts.js';
import type { ReleaseRow } from '../report/report.js';
import type { Nevra } from '../rpm/model.js';
import type { ReleaseCase } from '../verify/scope.js';

/** What became of one release. */
export interface Outcome {
  readonly item: ReleaseCase;
  readonly row: ReleaseRow;
  /** Of the signed header where a trusted key signed it, else as claimed. */
  nevra: Nevra;
  /** True when the package is signed by a trusted key and is the one of this tag. */
  isSigned: boolean;
  /** Set when nothing proves it and nothing speaks against it. */
  isUnproved: boolean;
  /** Set when it is not signed by a trusted key, for reasons that stand at the key. */
  isStranger: boolean;
  /** Names under archive/rpm that are this release's, with what its own commit has there. */
  readonly own: Map<string, TreeFile | undefined>;
  /** Tree of the source directory as the package has it; undefined where it cannot be computed. */
  sourceTree: Oid | undefined;
  /** What its texts and lines are held against. */
  facts: { readonly release: ReleaseFacts; readonly isOriginal: boolean } | undefined;
  /** Who signed it. */
  signer: string | undefined;
  /** Does it bring packaging? */
  hasPackaging: boolean;
}

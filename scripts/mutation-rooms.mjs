// SPDX-License-Identifier: MIT
/** The rooms that carry the trust, for scripts/mutate.mjs: their files (not the folders below, unless named), and the tests that must notice a fault there: without `build` (the bundle has the mutants) or `here` (verify runs in the tests' process) none that drives the bundle, in which the fault would not be. */
const tests = (...names) =>
  names.map((name) => `__tests__/${name}${name.endsWith('/') ? '' : '.test.ts'}`);

export const ROOMS = {
  openpgp: {
    folders: ['src/openpgp', 'src/openpgp/algorithms'],
    tests: tests(
      'unit/openpgp/',
      'security/openpgp-signatures',
      'security/t10-t13-package-signatures',
    ),
  },
  trust: {
    folders: ['src/trust'],
    tests: tests(
      'unit/trust/',
      'unit/survey/',
      'security/t10-t13-package-signatures',
      'security/t09-wrong-package',
    ),
  },
  rpm: {
    folders: ['src/rpm', 'src/rpm/evidence', 'src/rpm/payload'],
    tests: tests(
      'unit/rpm/',
      'unit/inspect/',
      'security/t14-header-tricks',
      'security/t10-t13-package-signatures',
      'security/t20-unsafe-names',
      'security/t21-links',
      'security/t25-cpio-against-header',
    ),
  },
  objects: {
    folders: ['src/git/objects'],
    tests: tests(
      'unit/git/objects/',
      'security/t46-strict-objects',
      'security/t20-git-tree-names',
      'security/t24-git-fsck',
      'security/t51-bounded-mirrors',
      'integration/git-local',
      'integration/git-repository',
      'conformance/git-objects',
      'unit/publish/',
    ),
  },
  escape: {
    files: ['src/report/escape.ts', 'src/mirror/text.ts'],
    tests: tests(
      'unit/report/',
      'unit/mirror/',
      'security/t32-t33-t34-texts',
      'security/t33-git-texts',
    ),
  },
  // What publishes is the bundle as it is; what verifies is run in the tests' own process, with the mutants.
  verify: {
    folders: ['src/verify', 'src/verify/archive', 'src/verify/refs', 'src/rebuild'],
    here: true,
    tests: tests(
      'unit/verify/',
      'integration/verify-edits',
      'integration/verify-kinds',
      'integration/verify-one-fault-each',
      'integration/verify-archives',
      'integration/verify-against',
      'integration/verify-chosen',
      'integration/verify-nothing',
      'integration/verify-predecessor',
      'integration/verify-third-review',
      'integration/odd-and-good',
      'security/t47-t50-closed-world',
      'security/t45-t50-second-review',
      'security/t45-forged-releases',
    ),
  },
};

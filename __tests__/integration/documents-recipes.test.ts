// SPDX-License-Identifier: MIT
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { PREDICATE_TYPE } from '../../src/report/statements.js';
import { execFileSync, spawnSync } from '../fixtures/commands.js';
import { makeCertificate, makeKey } from '../fixtures/openpgp-builder.js';
import { removeRunDirectories } from '../fixtures/run-bundle.js';
import {
  fileName,
  hello,
  helloFiles,
  PUBLISHER,
  PUBLISHER_KEY,
  repositoryFiles,
  signBoth,
} from '../fixtures/small-repository.js';
import { onStage, type Stage, TOKEN } from '../fixtures/stage.js';
import { describeWithTools } from '../fixtures/tools.js';

const root = path.resolve(import.meta.dirname, '../..');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };
const recipes = readFileSync(path.join(root, 'docs/recipes.md'), 'utf8');
const PIN = '0123456789ABCDEF0123456789ABCDEF01234567';

/** The blocks of a language below a heading, up to the next heading of the same depth or a higher one. */
function blocks(heading: string, language: string): string[] {
  const depth = heading.indexOf(' ');
  const found: string[] = [];
  const [, text = ''] = recipes.split(`\n${heading}\n`);
  for (const [, kind, block = '', marks] of text.matchAll(/^```(\w*)\n([\s\S]*?)^```$|^(#+) /gm)) {
    if (marks !== undefined && marks.length <= depth) break;
    if (kind === language) found.push(block);
  }
  if (found.length === 0) throw new Error(`docs/recipes.md has no ${language} below ${heading}`);
  return found;
}

/** A folder in which recipes run: `node` is ours, `gh` writes down what it is given, `ssh-keyscan` knows one key. */
let bench = '';
beforeEach(() => {
  bench = mkdtempSync(path.join(tmpdir(), 'recipe-'));
  for (const folder of ['bin', 'gnupg', 'work', 'stored', 'rpm-source-mirror'])
    mkdirSync(path.join(bench, folder));
  chmodSync(path.join(bench, 'gnupg'), 0o700);
  symlinkSync(path.join(root, 'dist'), path.join(bench, 'rpm-source-mirror/dist'));
  const command = (name: string, script: string): void => {
    writeFileSync(path.join(bench, 'bin', name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  };
  command(
    'gh',
    `echo "$*" >>${bench}/gh.log\nif [ "$2" = set ]; then cat >"${bench}/stored/$3"; elif [ "$1" = api ]; then echo 'github.com ssh-ed25519 AAAA'; fi`,
  );
  command(
    'ssh-keyscan',
    `ssh-keygen -q -t ed25519 -N '' -f ${bench}/host </dev/null; echo "codeberg.org $(cut -d ' ' -f 1,2 ${bench}/host.pub)"`,
  );
  symlinkSync(process.execPath, path.join(bench, 'bin/node'));
});
afterEach(() => {
  spawnSync('gpgconf', ['--kill', 'all'], { env: environment() });
  rmSync(bench, { recursive: true, force: true, maxRetries: 5 });
  removeRunDirectories();
});

function environment(): NodeJS.ProcessEnv {
  const identity = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'A'],
      [`GIT_${who}_EMAIL`, 'a@example.org'],
    ]),
  );
  return {
    PATH: `${bench}/bin:${process.env['PATH'] ?? ''}`,
    HOME: bench,
    GNUPGHOME: path.join(bench, 'gnupg'),
    GIT_CONFIG_NOSYSTEM: '1',
    LC_ALL: 'C.UTF-8',
    ...identity,
  };
}

interface RunSettings {
  readonly cwd?: string;
  readonly instead?: Readonly<Record<string, string>>;
  readonly mayFail?: boolean;
}

/** Runs commands as they stand in the document, but for what `instead` replaces; gives what they print. The servers of the tests go on meanwhile. */
async function run(
  script: string,
  { cwd = path.join(bench, 'work'), instead = {}, mayFail = false }: RunSettings = {},
): Promise<string> {
  for (const word of Object.keys(instead)) expect(script).toContain(word);
  const text = Object.entries(instead).reduce(
    (all, [word, value]) => all.replaceAll(word, value),
    script,
  );
  const child = spawn('bash', ['-euo', 'pipefail', '-c', text], {
    cwd,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let shown = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => (shown += chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0 && !mayFail) throw new Error(`${text}\n${shown}`);
  return shown;
}

const stored = (name: string): string => readFileSync(path.join(bench, 'stored', name), 'utf8');
const clone = (stage: Stage): string => {
  const folder = path.join(bench, 'clone');
  execFileSync('git', ['clone', '--quiet', stage.git.repoDir, folder], { stdio: 'pipe' });
  return folder;
};

describeWithTools(
  ['bash', 'git', 'gpg', 'ssh-keygen', 'curl'],
  'the commands of docs/recipes.md',
  () => {
    it('an OpenPGP signing key is made and stored, and who imports its public half finds tag and commit good', async () => {
      const [make, check] = blocks('#### With an OpenPGP key', 'sh');
      await run(make!);
      await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
        expect((await stage.publish({ 'signing-key': stored('SIGNING_KEY') })).code).toBe(0);
        const cwd = clone(stage);
        // As somebody else, who has nothing but the published key.
        rmSync(path.join(bench, 'gnupg'), { recursive: true });
        mkdirSync(path.join(bench, 'gnupg'), { mode: 0o700 });
        await run('mv work/mirror-signing-key.asc clone', { cwd: bench });
        expect(
          (await run(check!, { cwd })).match(
            /Good signature from "Acme mirror <mirror@example\.org>"/g,
          ),
        ).toHaveLength(2);
      });
      expect(existsSync(path.join(bench, 'work/signing-key.asc'))).toBe(false);
    });

    it('an OpenSSH signing key is made and stored, and allowed_signers finds tag and commit good', async () => {
      const [make, check] = blocks('#### With an OpenSSH key', 'sh');
      await run(make!);
      await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
        expect((await stage.publish({ 'signing-key': stored('SIGNING_KEY') })).code).toBe(0);
        await run('cp work/allowed_signers clone', { cwd: path.dirname(clone(stage)) });
        expect(
          (await run(check!, { cwd: path.join(bench, 'clone') })).match(
            /Good "git" signature for mirror@example\.org/g,
          ),
        ).toHaveLength(2);
      });
      expect(existsSync(path.join(bench, 'work/mirror-signing-key'))).toBe(false);
    });

    it('keys for deployment are stored as secrets, host keys as variables, and nothing lies about', async () => {
      for (const script of blocks('### Push with a deploy key', 'sh')) await run(script);
      expect(stored('MIRROR_DEPLOY_KEY')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
      expect(stored('MIRROR_KNOWN_HOSTS')).toBe('github.com ssh-ed25519 AAAA\n');
      expect(existsSync(path.join(bench, 'work/deploy-key'))).toBe(false);
      const shown = await run(blocks('### Further hosts', 'sh')[0]!);
      expect(shown).toMatch(/SHA256:\S+ codeberg\.org \(ED25519\)/);
      expect(stored('MIRROR_SSH_KEY')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
      expect(readFileSync(path.join(bench, 'gh.log'), 'utf8')).toContain(
        'repo deploy-key add deploy-key.pub --repo acme/widget-source --title mirror --allow-write',
      );
    });

    it('init writes a workflow, and verify proves a clone', async () => {
      await onStage({ packages: [hello('1.0')] }, async (stage) => {
        const urls = {
          'https://yum.example.com/repo': stage.yum.url,
          'https://yum.example.com/RPM-GPG-KEY': `${stage.yum.url}/KEY`,
        };
        await run(blocks('### Look first', 'sh')[0]!, { instead: urls });
        expect(
          readFileSync(path.join(bench, 'work/.github/workflows/mirror.yml'), 'utf8'),
        ).toContain(PUBLISHER.fingerprint);
        expect((await stage.publish()).code).toBe(0);
        await run(blocks('### Verify on a schedule', 'sh')[0]!, {
          instead: {
            'https://github.com/acme/widget-source.git': '-q ../widget-source',
            [PIN]: PUBLISHER.fingerprint,
            'git clone': `ln -s ${stage.git.repoDir} ../widget-source; git clone`,
          },
        });
      });
    });

    it('the folders of a package are shown, and one of them taken as the source', async () => {
      const folder = '/usr/share/acme-firmware/src';
      const packed = hello('1.0', {
        files: [
          { path: folder, mode: 0o040755 },
          { path: `${folder}/main.c`, content: 'int x;\n' },
        ],
      });
      const section = '### Source elsewhere than usr/src';
      await onStage({ packages: [packed] }, async (stage) => {
        writeFileSync(path.join(bench, 'work/package.rpm'), packed.built.bytes);
        expect((await run(blocks(section, 'sh')[0]!)).split('\n')).toContain(
          'files/usr/share/acme-firmware',
        );
        const [step] = load(blocks(section, 'yaml')[0]!) as { with: Record<string, string> }[];
        expect((await stage.publish({ 'source-path': step!.with['source-path']! })).code).toBe(0);
        expect(stage.git.git('ls-tree', '--name-only', 'main:src')).toBe('main.c');
      });
    });

    it('the statement of an attestation is asked for by the type that is written', () => {
      expect(blocks('### Attestations', 'sh')[0]).toContain(`--predicate-type ${PREDICATE_TYPE} `);
    });

    it('a package that was replaced is compared with the published one', async () => {
      const [one, two] = [hello('1.0'), hello('2.0')];
      const other = hello('2.0', {
        files: [...helloFiles('2.0'), { path: '/usr/src/hello-2.0/added.c', content: 'int x;\n' }],
      });
      await onStage({ packages: [one, two] }, async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        stage.offer([one, other], '1700000001');
        const [refused, warned, again] = [
          await stage.publish(),
          await stage.publish({ 'on-content-change': 'warn' }),
          await stage.publish(),
        ];
        expect([refused.code, refused.report.errors[0].code, warned.code, again.code]).toEqual([
          1,
          'CONTENT_CHANGED',
          0,
          0,
        ]);
        const shown = await run(blocks('### The vendor replaced a package', 'sh')[0]!, {
          cwd: clone(stage),
          instead: {
            'https://yum.example.com/repo': stage.yum.url,
            'https://yum.example.com/RPM-GPG-KEY': `${stage.yum.url}/KEY`,
          },
          mayFail: true,
        });
        expect(fileName(two)).toBe('hello-2.0-1.noarch.rpm');
        expect(shown).toContain('Only in served/files/usr/src/hello-2.0: added.c');
      });
    });

    it('a build that pins commit and tree gets exactly the published source, whatever .gitattributes it holds', async () => {
      const files = [
        ...helloFiles('2.0'),
        {
          path: '/usr/src/hello-2.0/.gitattributes',
          content: 'hello.c export-ignore\ninstall.sh export-subst eol=crlf\n',
        },
      ];
      await onStage({ packages: [hello('1.0'), hello('2.0', { files })] }, async (stage) => {
        expect((await stage.publish()).code).toBe(0);
        const [commit, tree] = ['2.0^{commit}', '2.0:src'].map((name) =>
          stage.git.git('rev-parse', name),
        ) as [string, string];
        const instead = {
          'https://github.com/acme/widget-source.git': `file://${stage.git.repoDir}`,
          ['1'.repeat(40)]: commit,
          ['2'.repeat(40)]: tree,
        };
        const [script] = blocks('### Build from a mirror', 'sh');
        await run(script!, { instead });
        const write =
          'git init -q . && echo "* -text" >.git/info/attributes && git add -A -f && git write-tree';
        expect((await run(write, { cwd: path.join(bench, 'work/widget-2.0') })).trim()).toBe(tree);
        rmSync(path.join(bench, 'work/widget'), { recursive: true });
        await expect(
          run(script!, { instead: { ...instead, ['2'.repeat(40)]: commit } }),
        ).rejects.toThrow();
      });
    });
  },
);

describe('a vendor with a new key', () => {
  it('is refused by name until both fingerprints are listed; then old and new releases are good', async () => {
    const next = makeKey('EdDSA');
    const [one, two] = [hello('1.0'), hello('2.0', { sign: signBoth(next) })];
    const [{ with: recipe }] = load(blocks('### The vendor has a new key', 'yaml')[0]!) as [
      { with: Record<string, string> },
    ];
    await onStage({ packages: [one] }, async (stage) => {
      const offer = (key: Uint8Array): void => {
        stage.yum.setFiles({
          ...repositoryFiles([one, two], { revision: '1700000001' }),
          'RPM-GPG-KEY': PUBLISHER_KEY,
          'RPM-GPG-KEY-2027': makeCertificate({ key: next }),
          KEY: key,
        });
      };
      expect((await stage.publish()).code).toBe(0);
      offer(PUBLISHER_KEY);
      const missing = await stage.publish();
      expect(missing.stdout).toContain('title=UNKNOWN_KEY');
      expect(missing.stdout).toContain(next.fingerprint);
      offer(makeCertificate({ key: next }));
      const [pinned, unpinned] = [
        await stage.publish(),
        await stage.publish({ gpgkey: '', 'gpg-fingerprints': '' }),
      ];
      expect([pinned, unpinned].map(({ code }) => code)).toEqual([1, 1]);
      expect(pinned.stdout).toContain('title=PIN_MISMATCH');
      expect(pinned.stdout).toContain(next.fingerprint);
      expect(unpinned.stdout).toContain('title=UNKNOWN_KEY');
      offer(PUBLISHER_KEY);
      const inputs = {
        gpgkey: recipe['gpgkey']!.replaceAll('https://yum.example.com', stage.yum.url),
        'gpg-fingerprints': recipe['gpg-fingerprints']!.replace(PIN, PUBLISHER.fingerprint).replace(
          /^89ABCDEF\w+/m,
          next.fingerprint,
        ),
      };
      expect(inputs.gpgkey.split('\n')).toEqual([
        `${stage.yum.url}/RPM-GPG-KEY`,
        `${stage.yum.url}/RPM-GPG-KEY-2027`,
        '',
      ]);
      const [both, verified] = [
        await stage.publish(inputs),
        await stage.publish({ ...inputs, mode: 'verify' }),
      ];
      expect([both.code, verified.code, verified.report.findings, stage.tags()]).toEqual([
        0,
        0,
        [],
        ['1.0', '2.0'],
      ]);
    });
  });
});

describe('many mirrors in one repository', () => {
  it('have a branch and tags each, side by side, and each of them verifies', async () => {
    const names = ['acme-widget-dkms', 'acme-gadget-dkms'];
    const packages = names.flatMap((name) =>
      ['1.0', '2.0'].map((version) => hello(version, { name })),
    );
    const workflow = load(blocks('### Many mirrors in one repository', 'yaml')[0]!) as {
      jobs: {
        mirror: {
          strategy: { matrix: { include: Record<string, string>[] } };
          steps: { with: Record<string, unknown> }[];
        };
      };
    };
    const {
      strategy,
      steps: [step],
    } = workflow.jobs.mirror;
    await onStage({ packages }, async (stage) => {
      const cwd = clone(stage);
      await run('git commit -q --allow-empty -m workflow && git push -q origin HEAD:main', { cwd });
      await run(blocks('### Many mirrors in one repository', 'sh')[0]!, { cwd });
      const inputsFor = (row: Record<string, string>): Record<string, string> => {
        const given = Object.entries(step!.with).map(([name, value]) => [
          name,
          String(value).replaceAll(/\$\{\{ matrix\.(\w+) \}\}/g, (_, field: string) => row[field]!),
        ]);
        return {
          ...Object.fromEntries(given),
          baseurl: stage.yum.url,
          gpgkey: `${stage.yum.url}/KEY`,
          'gpg-fingerprints': PUBLISHER.fingerprint,
          'alarm-issue': 'false',
        };
      };
      const rows = strategy.matrix.include;
      expect(rows.map((row) => row['package'])).toEqual(names);
      const runs = await Promise.all(rows.map((row) => stage.publish(inputsFor(row))));
      expect(runs.map(({ code, report }) => ({ code, errors: report.errors }))).toEqual(
        names.map(() => ({ code: 0, errors: [] })),
      );
      expect(stage.tags().sort()).toEqual(
        names.flatMap((name) => [`${name}-1.0`, `${name}-2.0`]).sort(),
      );
      expect(stage.git.git('log', '-1', '--format=%s', 'mirror/acme-gadget-dkms')).toBe(
        'feat: Acme Gadget 2.0',
      );
      for (const row of rows) {
        const others = names.filter((name) => name !== row['package']);
        const { code, report } = await stage.publish({
          mode: 'verify',
          branch: inputsFor(row)['branch']!,
          packages: row['package']!,
          'tag-format': '{name}-{version}',
          'accept-findings': others
            .map((name) => `tag:${name}-*, branch:mirror/${name}`)
            .join(', '),
        });
        expect({ code, findings: report.findings }).toEqual({ code: 0, findings: [] });
      }
      const again = await Promise.all(rows.map((row) => stage.publish(inputsFor(row))));
      expect(again.map(({ code, outputs }) => [code, outputs['has-new']])).toEqual([
        [0, 'false'],
        [0, 'false'],
      ]);
    });
  });
});

describeWithTools(
  ['bash', 'git', 'ssh-keygen', 'flock', 'curl'],
  'the recipes for those who are not on GitHub',
  () => {
    /** `npx` without a registry: the built command. */
    const offline = (): void => {
      writeFileSync(
        path.join(bench, 'bin/npx'),
        `#!/bin/bash\n[ "$1 $2" = '--yes rpm-source-mirror' ] || exit 9\nshift 2\nexec node ${root}/dist/cli.js "$@"\n`,
        { mode: 0o755 },
      );
    };
    const exported = (variables: Readonly<Record<string, string>>, stage: Stage): string =>
      Object.entries({
        ...variables,
        INPUT_BASEURL: stage.yum.url,
        INPUT_GPGKEY: `${stage.yum.url}/KEY`,
        INPUT_GPG_FINGERPRINTS: PUBLISHER.fingerprint,
        INPUT_PACKAGES: 'hello',
      })
        .map(([name, value]) => `export ${name}='${value}'\n`)
        .join('');
    const expectMirror = (stage: Stage): void => {
      expect(stage.tags()).toEqual(['1.0', '2.0']);
      expect(stage.subjects().at(-1)).toBe('feat: Acme Widget 2.0');
    };

    it('sr.ht: the tasks publish over ssh and verify', async () => {
      offline();
      const manifest = load(blocks('#### sr.ht', 'yml')[0]!) as {
        packages: string[];
        secrets: string[];
        environment: Record<string, string>;
        tasks: Record<string, string>[];
      };
      expect(manifest.packages).toEqual(
        expect.arrayContaining(['git', 'nodejs', 'openssh-client']),
      );
      expect(manifest.environment['INPUT_REPOSITORY']).toBe('git@git.sr.ht:~acme/widget-source');
      await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
        execFileSync('ssh-keygen', [
          '-q',
          '-t',
          'ed25519',
          '-N',
          '',
          '-f',
          path.join(bench, 'key'),
        ]);
        mkdirSync(path.join(bench, '.ssh'));
        writeFileSync(
          path.join(bench, '.ssh', manifest.secrets[0]!),
          readFileSync(path.join(bench, 'key')),
        );
        const tasks = manifest.tasks.flatMap((task) => Object.values(task));
        expect(tasks).toHaveLength(2);
        for (const task of tasks) {
          expect(task).toContain(`INPUT_SSH_KEY="$(cat ~/.ssh/${manifest.secrets[0]!})"`);
          await run(
            `${exported({ ...manifest.environment, INPUT_REPOSITORY: stage.git.url, INPUT_TOKEN: TOKEN }, stage)}${task}`,
          );
        }
        expectMirror(stage);
      });
    });

    it('sr.ht: a workflow hands the manifest to the build service as it is', async () => {
      const { jobs } = load(blocks('#### sr.ht', 'yaml')[0]!) as {
        jobs: { start: { steps: { run: string }[] } };
      };
      const manifest = 'image: x\ntasks:\n  - a: |\n      echo "it\'s $HOME"\n';
      writeFileSync(
        path.join(bench, 'bin/curl'),
        `#!/bin/bash\nlast="\${@: -1}"\nif [ "$last" = https://builds.sr.ht/query ]; then printf '%s\\n' "$@" >${bench}/arguments; cat >${bench}/request; else cat ${bench}/manifest; fi\n`,
        { mode: 0o755 },
      );
      writeFileSync(path.join(bench, 'manifest'), manifest);
      await run(`export SRHT_TOKEN=secret\n${jobs.start.steps[0]!.run}`);
      const request = JSON.parse(readFileSync(path.join(bench, 'request'), 'utf8')) as {
        query: string;
        variables: { manifest: string };
      };
      expect(request.variables.manifest).toBe(manifest);
      expect(request.query).toContain('submit(manifest: $manifest)');
      expect(readFileSync(path.join(bench, 'arguments'), 'utf8')).toContain(
        'Authorization: Bearer secret',
      );
    });

    it('GitLab CI: the job publishes with the token of a variable, and writes report and pages', async () => {
      offline();
      const { mirror } = load(blocks('#### GitLab CI', 'yml')[0]!) as {
        mirror: {
          variables: Record<string, string>;
          script: string[];
          artifacts: { paths: string[] };
        };
      };
      expect(mirror.variables['INPUT_REPOSITORY']).toBe('$CI_PROJECT_URL.git');
      await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
        const job = {
          ...mirror.variables,
          INPUT_REPOSITORY: stage.git.url,
          INPUT_TOKEN: TOKEN,
          CI_PAGES_URL: 'https://acme.gitlab.io/widget-source',
        };
        await run(`${exported(job, stage)}${mirror.script.join('\n')}`);
        expectMirror(stage);
        for (const name of mirror.artifacts.paths)
          expect(existsSync(path.join(bench, 'work', name))).toBe(true);
        expect(readFileSync(path.join(bench, 'work/public/feed.atom'), 'utf8')).toContain(
          'https://acme.gitlab.io/widget-source/releases/2.0/',
        );
      });
    });

    it('Forgejo: the step publishes and verifies', async () => {
      offline();
      const { jobs } = load(blocks('#### Forgejo and Codeberg Actions', 'yml')[0]!) as {
        jobs: { mirror: { steps: { env: Record<string, string>; run: string }[] } };
      };
      const [step] = jobs.mirror.steps;
      expect(step!.env['INPUT_TOKEN']).toBe('${{ secrets.MIRROR_TOKEN }}');
      await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
        await run(
          `${exported({ ...step!.env, INPUT_REPOSITORY: stage.git.url, INPUT_TOKEN: TOKEN }, stage)}${step!.run}`,
        );
        expectMirror(stage);
      });
    });

    it('cron: the script makes the repository, publishes into it and writes its pages, and again', async () => {
      offline();
      await onStage({ packages: [hello('1.0'), hello('2.0')] }, async (stage) => {
        const [script] = blocks('#### cron on a server', 'sh');
        const instead = {
          '/srv/git': bench,
          '/srv/www': `${bench}/www`,
          'https://yum.example.com/repo': stage.yum.url,
          'https://yum.example.com/RPM-GPG-KEY': `${stage.yum.url}/KEY`,
          [PIN]: PUBLISHER.fingerprint,
          'acme-widget-dkms': 'hello',
        };
        mkdirSync(path.join(bench, 'www'));
        expect(await run(script!, { instead })).toBe('');
        expect(await run(script!, { instead })).toBe('');
        expect(existsSync(path.join(bench, 'www/widget-source/releases/2.0/index.html'))).toBe(
          true,
        );
      });
    });
  },
);

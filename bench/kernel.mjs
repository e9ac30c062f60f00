// SPDX-License-Identifier: MIT
/** A source package of the kernel: 138 MB, 80,000 files, 1.36 GB unpacked; then a second release of it. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { clearInterval, setInterval } from 'node:timers';

import { measure } from './measure.mjs';

const DISK_EVERY = 1000;
const QUIET = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };

/** Rows of times by `compare`, and lines about memory, disk and the wire. @returns undefined with a reason printed where the packages cannot be made */
export async function benchKernel(folder, { bundle, runBundle, bareRepository, compare }) {
  const made = process.env['BENCH_KERNEL'] ?? path.join(folder, 'kernel');
  const said = execFileSync('bash', [path.join(import.meta.dirname, 'make-kernel.sh'), made], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (said.includes('skipped')) {
    console.error(`SKIPPED: kernel: ${said.trim()}`);
    return undefined;
  }
  const lines = [];
  const common = [`--gpg-fingerprints=${fingerprint(made)}`, '--packages=kernel', '--quiet'];
  const mirror = await bareRepository(folder, 'kernel-mirror');
  const publish = (repository, release) => [
    bundle,
    'publish',
    ...common,
    `--repository=${repository}`,
    `--baseurl=file://${path.join(made, release)}`,
    `--gpgkey=${path.join(made, 'KEY')}`,
    '--arch=src',
    // Both releases have one version.
    '--tag-format={version}-{release}',
    '--max-file-size=2 GiB',
  ];
  const note = (title) => (result) => {
    lines.push(...describe(title, result));
    return result;
  };
  const [name] = (await readdir(path.join(made, 'first'))).filter((file) => file.endsWith('.rpm'));
  const secondName = (await readdir(path.join(made, 'second'))).find((file) =>
    file.endsWith('-2.src.rpm'),
  );
  const native = {
    name: 'native pipeline',
    run: async () => {
      const work = await mkdtemp(path.join(folder, 'native-'));
      const remote = await bareRepository(folder, 'kernel-native');
      const result = await measure('bash', [
        path.join(import.meta.dirname, 'native-kernel.sh'),
        path.join(made, 'first', name),
        path.join(made, 'KEY'),
        remote,
        work,
      ]).then(note('native'));
      await rm(work, { recursive: true });
      return result;
    },
  };
  await compare('first kernel release', [
    native,
    {
      name: 'rpm-source-mirror',
      run: async () => {
        const repository = await bareRepository(folder, 'kernel-mirror');
        // What a push sends is kept as the pack that it was, however few its objects.
        execFileSync('git', ['-C', repository, 'config', 'receive.unpackLimit', '1'], QUIET);
        const disk = watchDisk(folder);
        const result = await runBundle(folder, publish(repository, 'first')).then(note('publish'));
        lines.push(`publish: ${disk()} MiB of temporary files and mirror at their peak`);
        return result;
      },
    },
    {
      name: 'rpm-source-mirror verify',
      run: () =>
        runBundle(folder, [bundle, 'verify', ...common, `--repository=${mirror}`]).then(
          note('verify'),
        ),
    },
    {
      name: 'rpm-source-mirror, second release',
      run: async () => {
        const before = packed(mirror);
        const result = await runBundle(folder, publish(mirror, 'second')).then(note('second'));
        const sent = packed(mirror) - before;
        const archived = (await stat(path.join(made, 'second', secondName))).size / 1024;
        lines.push(
          `second: ${mib(sent)} MiB sent, ${mib(archived)} of them the archived package, ${(sent - archived).toFixed(0)} KiB all else`,
        );
        return result;
      },
    },
  ]);
  return lines;
}

function fingerprint(made) {
  const listed = execFileSync(
    'gpg',
    ['--homedir', path.join(made, 'gnupg'), '--with-colons', '--list-keys'],
    QUIET,
  );
  return /^fpr:+([0-9A-F]+):/m.exec(listed)[1];
}

/** The heavier processes of a run, each by itself. */
function describe(title, { processes }) {
  return processes
    .filter(({ peak, processor }) => peak > 64 || processor > 1)
    .map(
      ({ name, peak, own, processor }) =>
        `${title}: ${name}: ${Math.round(peak)} MiB (${Math.round(own)} of its own), ${processor.toFixed(1)} s of processor`,
    );
}

/** KiB as MiB. */
const mib = (kib) => Math.round(kib / 1024);

/** Packs of a repository in KiB. */
function packed(repository) {
  const counted = execFileSync('git', ['-C', repository, 'count-objects', '-v'], {
    encoding: 'utf8',
  });
  return Number(/size-pack: (\d+)/.exec(counted)[1]);
}

/** Beyond what was in a folder before: MiB at the peak. */
function watchDisk(folder) {
  const used = () => Number(/^\d+/.exec(execFileSync('du', ['-ms', folder], QUIET))[0]);
  const before = used();
  let most = 0;
  const timer = setInterval(() => {
    try {
      most = Math.max(most, used() - before);
    } catch {
      // A file went away under du.
    }
  }, DISK_EVERY);
  return () => {
    clearInterval(timer);
    return most;
  };
}

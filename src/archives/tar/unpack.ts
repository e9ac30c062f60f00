// SPDX-License-Identifier: MIT
import { ChunkReader } from '../../compression/input.js';
import { PayloadError } from '../../errors.js';
import { printable } from '../../rpm/payload/paths.js';
import { type Entry, EntryList, type Unpacked, type UnpackOptions } from '../entries.js';
import { type TarMember, TarReader } from './reader.js';

/**
 * Unpacks a tar archive as tar would into an empty folder, without touching one: of members with one name the last wins, and hard links
 * are the file they name.
 * @param archive the open archive, uncompressed
 * @throws PayloadError UNSAFE_PATH, PAYLOAD_INVALID, UNSUPPORTED_FORMAT, LIMIT_EXCEEDED
 */
export async function unpackTar<T>(
  archive: AsyncIterable<Uint8Array>,
  options: UnpackOptions<T>,
): Promise<Unpacked<T>> {
  const input = new ChunkReader(archive);
  const list = new EntryList(options);
  try {
    const tar = new TarReader(input, options.what);
    for (let member = await tar.next(); member !== undefined; member = await tar.next()) {
      list.count(member.path.length + member.target.length);
      if (member.path.length === 0 && member.type === 'directory') continue;
      list.place(await readEntry(tar, member, list));
    }
  } finally {
    await input.close();
  }
  return list.finish();
}

async function readEntry<T>(
  tar: TarReader,
  { path, type, mode, target, size }: TarMember,
  list: EntryList<T>,
): Promise<Entry<T>> {
  switch (type) {
    case 'directory':
      return { path, type };
    case 'hardlink': {
      const linked = list.get(target);
      if (linked !== undefined && linked.type !== 'directory') return { ...linked, path };
      throw new PayloadError(
        'PAYLOAD_INVALID',
        `${list.options.what}: the hard link ${printable(path)} names ${printable(target)}, which is no file before it in the archive`,
      );
    }
    case 'symlink':
      return { path, type, mode, target, kept: await list.keepTarget(path, target) };
    case 'file':
      return { path, type, mode, target, kept: await list.keep(path, size, tar.content()) };
  }
}

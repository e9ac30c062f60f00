// SPDX-License-Identifier: MIT
import workerpool from 'workerpool';

import { type Batch, deflateBatch } from './deflate.js';

/** Entry of the worker threads that {@link Deflaters} starts. The batch's buffer goes back with the answer, to be filled again. */
workerpool.worker({
  deflate: (batch: Batch) => {
    const packed = deflateBatch(batch);
    return new workerpool.Transfer({ packed, content: batch.content }, [
      packed.buffer,
      batch.content.buffer,
    ]);
  },
});

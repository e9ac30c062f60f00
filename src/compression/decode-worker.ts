// SPDX-License-Identifier: MIT
import workerpool from 'workerpool';

import { required } from '../defect.js';
import type { DecodeRequest } from './shared-thread.js';
import { SteppedDecoder } from './stepped.js';

/** Streams that are open in this thread: an archive in a payload has both. */
const streams = new Map<number, SteppedDecoder>();

/** Entry of the worker thread in which slow decoders run. */
workerpool.worker({
  decode: async ({ stream, opens, input, isLast }: DecodeRequest) => {
    if (opens !== undefined) streams.set(stream, new SteppedDecoder(opens.kind, opens.what));
    // A thread that takes the place of a dead one knows none of its streams.
    const decoder = required(streams.get(stream), 'an open stream');
    const step = await decoder.step(input, isLast);
    return new workerpool.Transfer(step, [step.bytes.buffer]);
  },
  drop: (stream: number) => {
    streams.delete(stream);
  },
});

// SPDX-License-Identifier: MIT
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { DownloadError } from '../../../src/errors.js';
import { Deadline } from '../../../src/net/deadline.js';

describe('Deadline', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });
  const pace = { idleTimeout: 1000, requestTimeout: 5000, slowestRate: 100 };

  function start(changes = {}): { deadline: Deadline; ended: DownloadError[]; stop: () => void } {
    const ended: DownloadError[] = [];
    const deadline = new Deadline({ ...pace, ...changes }, 'package x');
    return { deadline, ended, stop: deadline.watch((error) => ended.push(error)) };
  }

  it('ends what is silent for the idle time, and may be tried again', () => {
    const { deadline, ended } = start();
    jest.advanceTimersByTime(999);
    deadline.received(1);
    jest.advanceTimersByTime(999);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(ended).toEqual([
      expect.objectContaining({
        constructor: DownloadError,
        code: 'TIMEOUT',
        message: expect.stringContaining('package x'),
      }),
    ]);
    expect(deadline.expired).toBe(false);
  });

  it('gives a byte the time that it takes at the slowest rate, and no more', () => {
    const { deadline, ended } = start();
    // 50 bytes every half second are the slowest rate exactly: they pay for themselves, the first 5 s stay.
    for (let n = 0; n < 40; n++) {
      deadline.received(50);
      jest.advanceTimersByTime(500);
    }
    expect(ended).toEqual([]);
    // Half of it uses them up.
    for (let n = 0; n < 30 && ended.length === 0; n++) {
      deadline.received(25);
      jest.advanceTimersByTime(500);
    }
    expect(ended).toHaveLength(1);
    expect(deadline.expired).toBe(true);
  });

  it('does not count the time between attempts', () => {
    const { deadline, stop } = start({ idleTimeout: 60_000 });
    jest.advanceTimersByTime(4000);
    stop();
    jest.advanceTimersByTime(100_000);
    const ended: DownloadError[] = [];
    deadline.watch((error) => ended.push(error));
    jest.advanceTimersByTime(999);
    expect(ended).toEqual([]);
    jest.advanceTimersByTime(2);
    expect(ended).toHaveLength(1);
  });

  it('with a rate of 0 ends at the time given, whatever arrives', () => {
    const { deadline, ended } = start({ slowestRate: 0 });
    for (let n = 0; n < 11; n++) {
      deadline.received(1e9);
      jest.advanceTimersByTime(500);
    }
    expect(ended.length).toBeGreaterThan(0);
    expect(deadline.expired).toBe(true);
  });
});

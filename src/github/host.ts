// SPDX-License-Identifier: MIT
import { GitHubActivity } from './activity.js';
import { GitHubAttestations } from './attestations.js';
import { Client, type ClientOptions } from './client.js';
import { GitHubIssues } from './issues.js';
import type { GitHubHost } from './port.js';
import { GitHubReleases } from './releases.js';
import { GitHubRules } from './rules.js';

/** A repository on GitHub or GitHub Enterprise Server. Nothing is asked of it yet. */
export function openGitHub(options: ClientOptions): GitHubHost {
  const client = new Client(options);
  return {
    releases: new GitHubReleases(client),
    issues: new GitHubIssues(client),
    attestations: new GitHubAttestations(client),
    activity: new GitHubActivity(client),
    rules: new GitHubRules(client),
  };
}

// SPDX-License-Identifier: MIT

/** Signs git commits and tags. */
export interface Signer {
  /** For logs: `OpenPGP key <fingerprint>` or `SSH key SHA256:…`. */
  readonly description: string;
  /**
   * An armored detached signature that ends with a newline, as git stores it in `gpgsig` or below a tag's message.
   * @param at - Time of the signature, seconds since 1970 (SSH signatures carry none).
   * @throws InputError INPUT_INVALID when the key was not valid for signing at that time.
   */
  sign(data: Uint8Array, at: number): Promise<string>;
}

/** Signs the bytes of a commit or tag; gives the armored signature. */
export type Sign = (content: Uint8Array) => Promise<string>;

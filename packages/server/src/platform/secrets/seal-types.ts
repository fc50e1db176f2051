/** What must be readable again, sealed: AES-256-GCM with a key id, so that keys can be rotated. Text form, printable. */
export interface Sealer {
  /** `purpose` is bound as associated data: a sealed value moved to another place does not open. */
  seal(plaintext: string, purpose: string): string;
  /** Throws `UnsealError` for a tampered value, an unknown key id or another purpose. */
  unseal(sealed: string, purpose: string): string;
  /** Whether `sealed` was made with a key that is not the current one. */
  needsReseal(sealed: string): boolean;
}

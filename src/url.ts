/** Is this text a URL? In place of `URL.canParse`, which in Node 20 says no to letters such as `ü` once it was asked some thousand times. */
export function isUrl(text: string, base?: string): boolean {
  try {
    return new URL(text, base) instanceof URL
  } catch {
    return false
  }
}

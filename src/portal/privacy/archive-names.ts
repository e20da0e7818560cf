/** How files are called in an archive (A20). */
import type { FileInfo } from '../../host/host.js'

/** Below `files/`, and its own by the id in it. */
export function pathOf({ id, name }: Pick<FileInfo, 'id' | 'name'>): string {
  return `files/${id.replace(/[^\w-]/g, '')}-${plainName(name)}`
}

/** A name that no system takes for a path, a device, an option or a command (A20). */
function plainName(name: string): string {
  const plain = name
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, '_')
    .replace(/^[.\s-]+/, '')
    .slice(-100)
    .replace(/[.\s]+$/, '')
  return plain === '' ? 'file' : plain
}

/** What a Galera cluster needs of the machine, beside MariaDB. */
import type { Program } from './needs.js'

export const galera: Program = {
  name: 'Galera',
  files: ['/usr/lib/galera/libgalera_smm.so'],
  debianPackage: 'galera-4'
}
export const rsync: Program = { name: 'rsync', files: ['rsync'], debianPackage: 'rsync' }

/** Libraries that few requests need: each takes megabytes in every process, so it is loaded by the first request that needs it. */
import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/** The library of this name, which has CommonJS among its formats, so that nobody has to wait for it. */
export function onDemand<Library>(name: string): () => Library {
  let library: Library | undefined
  return () => (library ??= load(name) as Library)
}

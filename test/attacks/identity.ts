import type { World } from './world.js'
export function identity(_world: () => World): void {}

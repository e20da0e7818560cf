import type { World } from './world.js'
export function transport(_world: () => World): void {}

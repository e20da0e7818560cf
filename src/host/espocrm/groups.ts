/** EspoCRM's teams: the groups that own its records where these belong to no user. */
import type { Knex } from 'knex'
import type { OwnerGroups } from '../catalog.js'
import type { HostGroup } from '../host.js'
import { columnOf, relationsOf, type Model } from './entity.js'

const live = { column: 'deleted', is: 0 } as const

/** `groups()` of the port. */
export function groupsOf(db: Knex): Promise<HostGroup[]> {
  return db('team').select('id', 'name').where({ deleted: 0 }).orderBy('name').orderBy('id')
}

/** Where it stands to which teams a record belongs; undefined for entity types that know no teams, or no user to own them. */
export function ownerGroupsOf(model: Pick<Model, 'metadata'>, entity: string): OwnerGroups | undefined {
  const { entity: to, relationName } = relationsOf(model, entity)['teams'] ?? {}
  if (to !== 'Team' || relationName?.toLowerCase() !== 'entityteam') return undefined
  if (columnOf(model, entity, 'assignedUserId') === undefined) return undefined
  const only = [{ column: 'entity_type', is: entity }]
  return { kind: 'table', table: 'entity_team', near: 'entity_id', far: 'team_id', live, only }
}

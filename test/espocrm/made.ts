/** What a suite made in EspoCRM, to be removed when it is over. */
import { Refused, type EspoClient } from './espo-client.js'

export class Made {
  private readonly records: { readonly entityType: string; readonly id: string }[] = []

  constructor(readonly admin: EspoClient) {}

  /** Makes a record as the administrator, whatever it resembles, and gives its id. */
  async make(entityType: string, values: Readonly<Record<string, unknown>>): Promise<string> {
    return this.note(entityType, await this.admin.create(entityType, values))
  }

  /** A record that came to be otherwise. */
  note(entityType: string, id: string): string {
    this.records.push({ entityType, id })
    return id
  }

  /** The last made goes first. What is gone is no error. */
  async remove(): Promise<void> {
    for (const { entityType, id } of this.records.splice(0).reverse()) {
      await this.admin.delete(`${entityType}/${id}`).catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error
      })
    }
  }
}

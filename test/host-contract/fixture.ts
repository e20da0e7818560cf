/** What the contract suite must be told about a host: an opened one, and which of its modules and fields to try. */
import type { IncomingMessage } from 'node:http'
import type { FieldType } from '../../src/host/catalog.js'
import type { FieldValue, Host, Switches } from '../../src/host/host.js'

/** A host opened for the contract, with the ways to make happen what the port can't. */
export interface Opened {
  readonly host: Host
  readonly fixture: Fixture
  /** Closes the host and opens it again on the same records, as after a restart of either side. */
  reopen(): Promise<Host>
  /** Lets this much time pass for the host. */
  pass(seconds: number): Promise<void>
  /** Sets switches as an administrator of the host does. */
  setSwitches(switches: Switches): Promise<void>
  /** A request as a CRM user, or nobody, makes it; one who may not sign in any more comes with what he had before. */
  requestBy(staffId: string | undefined): IncomingMessage
  /** Closes the host and removes what was made. */
  close(): Promise<void>
}

export interface Fixture {
  readonly staff: {
    /** An active administrator, with his name. */
    readonly administrator: { readonly id: string; readonly name: string }
    /** An active user with `manage-portals` alone. */
    readonly clerk: { readonly id: string }
    /** A user who may not sign in any more. */
    readonly gone: { readonly id: string }
    /** A module of which the clerk may see nothing, where the host has such rights. */
    readonly hidden?: string
  }
  /** A module with a feed, and values that are enough to create a record of it. */
  readonly module: string
  readonly values: Readonly<Record<string, FieldValue>>
  /** A text field of it that is required and has a length. */
  readonly required: string
  /** One field of each of these types with a value, how the database holds it, and a value that is refused. */
  readonly fields: Readonly<Partial<Record<FieldType, Sample>>>
  /** A module with a name made of parts. */
  readonly person: {
    readonly module: string
    readonly values: Readonly<Record<string, FieldValue>>
    readonly nameField: string
    readonly name: string
    /** Its e-mail and phone fields. */
    readonly address: string
    readonly number: string
    /** Its reference to `module`, and the link back. */
    readonly reference: string
    readonly back: string
  }
  /** A link from `module` to the person's module that is kept in a table of its own, and its way back. */
  readonly many: { readonly link: string; readonly back: string }
  /** A module that hangs on `module` by parent type and id. */
  readonly child: {
    readonly module: string
    readonly values: (parentId: string) => Readonly<Record<string, FieldValue>>
    readonly link: string
    readonly back: string
  }
  /** A module with a field that takes one file, and one that takes several where the host has such a field. */
  readonly files: {
    readonly module: string
    readonly values: Readonly<Record<string, FieldValue>>
    readonly one: string
    readonly several: string | undefined
  }
}

export interface Sample {
  readonly field: string
  readonly value: FieldValue
  readonly kept: string | number
  /** Undefined where the type takes everything. */
  readonly refused: { readonly value: FieldValue; readonly key: string } | undefined
}

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { expect } from 'chai'
import { watchRows, type RowCount } from '../../src/backup/dump-rows.js'

/** As MariaDB writes it, a row a line, and as MySQL does, all in one. */
const dump = String.raw`/*M!999999\- enable the sandbox mode */
-- INSERT INTO ${'`'}not${'`'} VALUES (1);
CREATE TABLE ${'`'}crm_file${'`'} (
  ${'`'}id${'`'} varchar(36) COMMENT '(1),(2)'
);
CREATE TABLE ${'`'}em${'``'}pty${'`'} (
  ${'`'}id${'`'} int
);
INSERT INTO ${'`'}crm_file${'`'} VALUES
('a-1','INSERT INTO ${'`'}crm_file${'`'} VALUES (1),(2);',0x28),
('a-2','it\'s (\\',NULL),
('a-3','two '' quotes);\n(x',-1.5);
INSERT INTO ${'`'}other${'`'} VALUES (1,'a'),(2,'b;(');
INSERT INTO ${'`'}other${'`'} VALUES (3,NULL);
INSERT INTO ${'`'}other${'`'} (${'`'}a${'`'}, ${'`'}b${'`'}) VALUES (4,'x'),
(5,'(');
-- Dump completed
`

async function counted(chunks: readonly string[]): Promise<RowCount> {
  const { stream, count } = watchRows('crm_file')
  const passed = await buffer(Readable.from(chunks.map((chunk) => Buffer.from(chunk))).pipe(stream))
  expect(passed.toString()).to.equal(chunks.join(''))
  return count
}

describe('the rows of a dump', () => {
  const wanted = { tables: { crm_file: 3, 'em`pty': 0, other: 5 }, firstValues: ['a-1', 'a-2', 'a-3'] }

  it('are counted by table, whatever stands in their texts', async () => {
    expect(await counted([dump])).to.deep.equal(wanted)
  })

  it('are counted the same wherever the pieces end', async () => {
    expect(await counted([...dump])).to.deep.equal(wanted)
    expect(await counted(dump.split(/(?<=')/))).to.deep.equal(wanted)
  })
})

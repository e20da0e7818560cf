import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'
import { expect } from 'chai'
import { makeBackup } from '../../src/backup/backup.js'
import { statementsIn } from '../../src/backup/dump-statements.js'
import { describeFile } from '../../src/backup/manifest.js'
import { restoreBackup } from '../../src/backup/restore.js'
import { tablesOf } from '../../src/db/table-rows.js'
import { OperatorError } from '../../src/errors.js'
import { temporaryFolder } from '../support/child-process.js'
import { onMysql, type TestDatabase } from '../support/databases.js'
import { makeTables } from '../support/worlds.js'

async function run(dump: string, piece = dump.length): Promise<string[]> {
  const pieces: Buffer[] = []
  const bytes = Buffer.from(dump)
  for (let from = 0; from < bytes.length; from += piece) pieces.push(bytes.subarray(from, from + piece))
  const statements: string[] = []
  for await (const statement of statementsIn(Readable.from(pieces))) statements.push(statement)
  return statements
}

const table = "CREATE TABLE `a` (\n  `select` varchar(9) DEFAULT 'x;--' COMMENT '`b`.`c` \\' union'\n) ENGINE=InnoDB;"
const rows = "INSERT INTO `a` VALUES\n('it\\'s ; \\\\! sh',0x28,-1.5,NULL,1e5),\n('system id\n\\\\! id','',''';');"
const named = 'INSERT INTO `a` (`b`, `c`) VALUES (1,_binary 0xFF);'
const around = `/*M!999999\\- enable the sandbox mode */
-- MariaDB dump 10.19; it's "for" \`x\`
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!50503 SET NAMES utf8mb4 */;
SET @saved_cs_client = @@character_set_client;
DROP TABLE IF EXISTS \`a\`;
LOCK TABLES \`a\` WRITE;
/*!40000 ALTER TABLE \`a\` DISABLE KEYS */;
UNLOCK TABLES;
`

describe('the statements of a dump', () => {
  it('are tables and rows, whatever stands in their texts and wherever the pieces end', async () => {
    const dump = `${around}${table}\n${rows}\n${named}\n-- Dump completed, ☂\n`
    for (const piece of [dump.length, 1, 7]) expect(await run(dump, piece)).to.deep.equal([table, rows, named])
  })

  const refused = [
    '\\! touch /tmp/x',
    'system touch /tmp/x',
    'source /etc/passwd;',
    'DELIMITER ;;',
    'USE mysql;',
    'CREATE TABLE `mysql`.`a` (`b` int);',
    'CREATE TABLE `a` (`b` int) SELECT * FROM x;',
    "CREATE TABLE `a` (`b` int) ENGINE=CONNECT FILE_NAME='/etc/passwd';",
    'CREATE TABLE `a` (`b` int) ENGINE CONNECT;',
    "CREATE TABLE `a` (`b` int) DATA DIRECTORY='/tmp';",
    'CREATE TABLE `a` (`b` int, FOREIGN KEY (`b`) REFERENCES `mysql`.`user` (`b`));',
    'CREATE TABLE `a` LIKE `b`;',
    'CREATE TRIGGER `t` BEFORE INSERT ON `a` FOR EACH ROW SET @x = 1;',
    '/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET @x=1 */;',
    '/*!50001 CREATE VIEW `v` AS SELECT 1 */;',
    'CREATE PROCEDURE p() SELECT 1;',
    "INSERT INTO `a` VALUES (load_file('/etc/passwd'));",
    "INSERT INTO `a` VALUES (1, /*!999999 '*/ load_file(0x41) /* '*/);",
    "INSERT INTO `a` VALUES (1 -- '\n, sleep(9) -- '\n);",
    'INSERT INTO `a` SELECT * FROM mysql.user;',
    'INSERT INTO `mysql`.`user` VALUES (1);',
    'INSERT INTO `a` VALUES (@@version);',
    'INSERT INTO `a` VALUES ("x");',
    "SELECT 1 INTO OUTFILE '/tmp/x';",
    'SET GLOBAL general_log = 1;',
    'GRANT ALL ON *.* TO x;',
    'DROP TABLE IF EXISTS `mysql`.`user`;',
    'DROP DATABASE x;'
  ]

  it('are refused for anything else', async () => {
    for (const statement of refused) {
      const refusal: unknown = await run(`${around}${table}\n${statement}\n;\n`).catch((error: unknown) => error)
      expect(refusal, statement).to.be.instanceOf(OperatorError)
      expect((refusal as Error).message, statement).to.match(/tables and their rows and nothing else/)
    }
  })

  it('are refused when they break off, or are no text', async () => {
    const reason = (dump: Promise<unknown>): Promise<unknown> => dump.catch((error: Error) => error.message)
    expect(await reason(run(`${table}\nINSERT INTO \`a\` VALUES ('x`))).to.match(/in the middle of a statement/)
    const bytes = async (): Promise<void> => {
      for await (const statement of statementsIn(Readable.from([Buffer.from([0x2d, 0xff])]))) void statement
    }
    expect(await reason(bytes())).to.match(/no text in UTF-8/)
  })
})

onMysql('a forged backup', (open) => {
  const folder = temporaryFolder('forged')
  const mark = join(folder, 'ran')
  let from: TestDatabase

  before(async () => {
    from = await open()
    await makeTables(from)
    await makeBackup(of(from), join(folder, 'made'))
  })

  const configFor = ({ url }: TestDatabase) => ({ databaseUrl: url, filesFolder: '', host: 'embedded' as const })
  const of = (test: TestDatabase) => ({
    config: configFor(test),
    files: undefined,
    version: '0.1.0',
    secret: undefined
  })

  async function forged(change: (dump: string) => string): Promise<string> {
    const made = join(folder, 'made')
    const name = 'database.sql.gz'
    const dump = gunzipSync(readFileSync(join(made, name))).toString()
    writeFileSync(join(made, name), gzipSync(change(dump)))
    const manifest = join(made, 'manifest.json')
    const said = JSON.parse(readFileSync(manifest, 'utf8')) as object
    writeFileSync(manifest, JSON.stringify({ ...said, database: await describeFile(made, name) }))
    return made
  }

  const to = (test: TestDatabase) => ({
    config: configFor(test),
    secret: undefined,
    otherSecret: true,
    sessionTables: []
  })

  it('runs no command and no statement of it; the same without the command goes back', async () => {
    const commands = `\\! touch ${mark}\nsystem touch ${mark}\n`
    const empty = await open()
    const withCommands = await forged((dump) => dump.replace(/^.*sandbox mode.*\n/, '') + commands)
    const refusal: unknown = await restoreBackup(withCommands, to(empty)).catch((error: unknown) => error)
    expect((refusal as Error).message).to.include(`: \\! touch ${mark}`)
    expect(await tablesOf(empty.db)).to.deep.equal([])
    expect(() => readFileSync(mark)).to.throw(/ENOENT/)
    const without = await forged((dump) => dump.replace(commands, ''))
    const { tables } = await restoreBackup(without, to(empty))
    expect(tables.filter(({ then, now }) => then !== now)).to.deep.equal([])
    rmSync(without, { recursive: true })
  })

  it('is not made either: what could not go back is said when the backup is made', async () => {
    const test = await open()
    await makeTables(test)
    await test.db.raw('create trigger boom before insert on portico_mail for each row set @x = 1')
    const refusal = async (name: string): Promise<unknown> =>
      makeBackup(of(test), join(folder, name)).catch((error: Error) => error.message)
    expect(await refusal('first')).to.match(/tables and their rows and nothing else/)
    await test.db.raw('drop trigger boom')
    expect(await refusal('second')).to.have.property('engine', 'mysql')
  })
})

export { momentAt } from '../db/moment.js'

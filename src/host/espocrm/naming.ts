/** How EspoCRM names tables and columns after entity types and attributes. */

/** `KnowledgeBaseArticle`, `accountId`, `cShoeSize` → `knowledge_base_article`, `account_id`, `c_shoe_size`. */
export function snake(name: string): string {
  return name
    .replace(/^[A-Z]/, (letter) => letter.toLowerCase())
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `name` with a capital: for names made of two. */
export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

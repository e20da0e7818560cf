-- Storages: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/storages.test.ts

-- an address
(select "behind"."name" from "entity_email_address" "side" join "email_address" "behind" on "behind"."id" = "side"."email_address_id" where "side"."entity_id" = "r"."id" and ("side"."entity_type" = ? and "side"."primary" = ? and "side"."deleted" = ? and "behind"."deleted" = ?) limit 1);
-- ["Contact",1,0,0]

-- a value of another record
(select "side"."type" from "account" "side" where "side"."id" = "r"."account_id" and "side"."deleted" = ? limit 1);
-- [0]

-- a page of what he wrote
select "r"."id" as id, "r"."created_at" as k from (select distinct "t1j"."record_id" as near_id from "portico_authorship" "t1j" where ("t1j"."module" = ? and "t1j"."author_id" = ?)) s cross join "contact" "r" on "r"."id" = s.near_id where "r"."deleted" = ? order by "r"."created_at" desc, "r"."id" desc limit 25;
-- ["Contact","person-1",0]

-- the same where ids are compared byte by byte
select "r"."id" as id, "r"."created_at" as k from (select distinct "t1j"."record_id" as near_id from "portico_authorship" "t1j" where ("t1j"."module" = ? and "t1j"."author_id" = ?)) s cross join "contact" "r" on "r"."id" = s.near_id where "r"."deleted" = ? order by "r"."created_at" desc, "r"."id" desc limit 25;
-- ["Contact","person-1",0]

-- a page by a membership
select "r"."id" as id, "r"."created_at" as k from (select distinct "t1"."id" as near_id from "account" "t1" where ("t1"."deleted" = ? and "t1"."id" in (select "t2j"."record_id" as near_id from "portico_memberships" "t2j" where ("t2j"."module" = ? and "t2j"."person_id" = ?)))) s cross join "contact" "r" on "r"."account_id" = s.near_id where "r"."deleted" = ? order by "r"."created_at" desc, "r"."id" desc limit 25;
-- [0,"Account","person-1",0]

-- one record, asked whether he wrote it
"r"."id" in (select "t1j"."record_id" as near_id from "portico_authorship" "t1j" where ("t1j"."module" = ? and "t1j"."author_id" = ?));
-- ["Contact","person-1"]

-- the count
select count(*) as count from (select u.id from (select * from (select "r"."id" as id from (select distinct "t1j"."record_id" as near_id from "portico_authorship" "t1j" where ("t1j"."module" = ? and "t1j"."author_id" = ?)) s cross join "contact" "r" on "r"."id" = s.near_id where "r"."deleted" = ? limit 1001) b0) u limit 1001) c;
-- ["Contact","person-1",0]

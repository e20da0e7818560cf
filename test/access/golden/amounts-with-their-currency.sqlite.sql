-- amounts with their currency: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."account_id" as f1, null as f1t, "r"."total" as f2, "r"."total_currency" as f2c, "r"."terms" as f3
from (select "r"."id" as id, "r"."created_at" as k
from "quote" "r"
where ("r"."deleted" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "quote" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- [0,0,0,"cAnna","cAnna"]

-- the next page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."account_id" as f1, null as f1t, "r"."total" as f2, "r"."total_currency" as f2c, "r"."terms" as f3
from (select "r"."id" as id, "r"."created_at" as k
from "quote" "r"
where ("r"."deleted" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))) and ("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "quote" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- [0,0,0,"cAnna","cAnna","2024-05-01 12:00:00","2024-05-01 12:00:00","q1"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from "quote" "r"
where ("r"."deleted" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))))
limit 1001) b0) u
limit 1001) c;
-- [0,0,0,"cAnna","cAnna"]

-- one record
select "r"."id" as id, "r"."name" as f0, "r"."account_id" as f1, null as f1t, "r"."total" as f2, "r"."total_currency" as f2c, "r"."total_currency" as f3, "r"."discount" as f4, "r"."terms" as f5, "r"."assigned_user_id" as f8, (select "v"."name"
from "user" "v"
where "v"."id" = "r"."assigned_user_id" and "v"."deleted" = ?) as f8t, "r"."created_at" as f9, "r"."modified_at" as f10,
case when "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))) then 1 else 0 end as g0
from "quote" "r"
where ("r"."id" in (?) and "r"."deleted" = ?);
-- [0,0,0,"cAnna","cAnna","cAnna",0]

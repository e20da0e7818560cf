-- Z12 by the other parent of the two: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."done" as f1,
case when "r"."parent_type" = ? then "r"."parent_id" end as f2, null as f2t,
case when "r"."parent_type" = ? then "r"."parent_id" end as f3, null as f3t
from (select "r"."id" as id, "r"."created_at" as k
from "task" "r"
where ("r"."deleted" = ? and ("r"."parent_type" = ? and "r"."parent_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?))))))))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "task" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- ["Case","Account",0,"Account",0,0,"cAnna","cAnna"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from "task" "r"
where ("r"."deleted" = ? and ("r"."parent_type" = ? and "r"."parent_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?))))))))
limit 1001) b0) u
limit 1001) c;
-- [0,"Account",0,0,"cAnna","cAnna"]

-- one record
select "r"."id" as id, "r"."name" as f0, "r"."done" as f1, "r"."starts_at" as f2,
case when "r"."parent_type" = ? then "r"."parent_id" end as f3, null as f3t,
case when "r"."parent_type" = ? then "r"."parent_id" end as f4, null as f4t, "r"."assigned_user_id" as f5, (select "v"."name"
from "user" "v"
where "v"."id" = "r"."assigned_user_id" and "v"."deleted" = ?) as f5t, "r"."created_at" as f6, "r"."modified_at" as f7,
case when ("r"."parent_type" = ? and "r"."parent_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?))))))) then 1 else 0 end as g0
from "task" "r"
where ("r"."id" in (?) and "r"."deleted" = ?);
-- ["Case","Account",0,"Account",0,0,"cAnna","cAnna","cAnna",0]

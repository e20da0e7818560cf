-- T06 what leads nowhere by a lookup to several modules: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."done" as f1,
case when "r"."parent_type" = ? then "r"."parent_id" end as f2, null as f2t,
case when "r"."parent_type" = ? then "r"."parent_id" end as f3, null as f3t
from (select "r"."id" as id, "r"."created_at" as k
from "task" "r"
where ("r"."deleted" = ? and (("r"."parent_id" is null or "r"."parent_id" = '') or "r"."parent_type" is null or "r"."parent_type" <> ?))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "task" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- ["Case","Account",0,"Case"]

-- the next page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."done" as f1,
case when "r"."parent_type" = ? then "r"."parent_id" end as f2, null as f2t,
case when "r"."parent_type" = ? then "r"."parent_id" end as f3, null as f3t
from (select "r"."id" as id, "r"."created_at" as k
from "task" "r"
where ("r"."deleted" = ? and (("r"."parent_id" is null or "r"."parent_id" = '') or "r"."parent_type" is null or "r"."parent_type" <> ?) and ("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "task" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- ["Case","Account",0,"Case","2024-05-02 00:00:00","2024-05-02 00:00:00","ta_16"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from "task" "r"
where ("r"."deleted" = ? and (("r"."parent_id" is null or "r"."parent_id" = '') or "r"."parent_type" is null or "r"."parent_type" <> ?))
limit 1001) b0) u
limit 1001) c;
-- [0,"Case"]

-- one record
select "r"."id" as id, "r"."name" as f0, "r"."done" as f1, "r"."starts_at" as f2,
case when "r"."parent_type" = ? then "r"."parent_id" end as f3, null as f3t,
case when "r"."parent_type" = ? then "r"."parent_id" end as f4, null as f4t, "r"."assigned_user_id" as f5, (select "v"."name"
from "user" "v"
where "v"."id" = "r"."assigned_user_id" and "v"."deleted" = ?) as f5t, "r"."created_at" as f6, "r"."modified_at" as f7,
case when (("r"."parent_id" is null or "r"."parent_id" = '') or "r"."parent_type" is null or "r"."parent_type" <> ?) then 1 else 0 end as g0
from "task" "r"
where ("r"."id" in (?) and "r"."deleted" = ?);
-- ["Case","Account",0,"Case","cAnna",0]

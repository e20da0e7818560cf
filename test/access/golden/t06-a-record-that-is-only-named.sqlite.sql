-- T06 a record that is only named: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, "r"."number" as f0, "r"."name" as f1, "r"."status" as f2, "r"."account_id" as f3, null as f3t, (select "v"."name"
from "account" "v"
where "v"."id" = "r"."account_id" and "v"."deleted" = ?) as f3n, "r"."contact_id" as f4, null as f4t, (select concat_ws(' ',
case when length("v"."first_name") > 0 then "v"."first_name" end,
case when length("v"."middle_name") > 0 then "v"."middle_name" end,
case when length("v"."last_name") > 0 then "v"."last_name" end)
from "contact" "v"
where "v"."id" = "r"."contact_id" and "v"."deleted" = ?) as f4n, "r"."created_at" as f5
from (select "r"."id" as id, "r"."created_at" as k
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "case" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- [0,0,0,0,0,0,"cAnna","cAnna"]

-- the next page
select p.k as k, "r"."id" as id, "r"."number" as f0, "r"."name" as f1, "r"."status" as f2, "r"."account_id" as f3, null as f3t, (select "v"."name"
from "account" "v"
where "v"."id" = "r"."account_id" and "v"."deleted" = ?) as f3n, "r"."contact_id" as f4, null as f4t, (select concat_ws(' ',
case when length("v"."first_name") > 0 then "v"."first_name" end,
case when length("v"."middle_name") > 0 then "v"."middle_name" end,
case when length("v"."last_name") > 0 then "v"."last_name" end)
from "contact" "v"
where "v"."id" = "r"."contact_id" and "v"."deleted" = ?) as f4n, "r"."created_at" as f5
from (select "r"."id" as id, "r"."created_at" as k
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))) and (("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)) or "r"."created_at" is null))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "case" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- [0,0,0,0,0,0,"cAnna","cAnna","2024-05-01 12:00:00","2024-05-01 12:00:00","kUmlaut"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))))
limit 1001) b0) u
limit 1001) c;
-- [0,0,0,0,"cAnna","cAnna"]

-- one record
-- nothing is asked

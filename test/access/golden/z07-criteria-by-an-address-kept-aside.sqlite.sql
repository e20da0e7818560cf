-- Z07 criteria by an address kept aside: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, concat_ws(' ',
case when length("r"."first_name") > 0 then "r"."first_name" end,
case when length("r"."middle_name") > 0 then "r"."middle_name" end,
case when length("r"."last_name") > 0 then "r"."last_name" end) as f0, (select "side"."address"
from "email_address" "side"
where "side"."entity_id" = "r"."id" and ("side"."entity_type" = ? and "side"."is_primary" = ? and "side"."deleted" = ?)
limit 1) as f1, "r"."account_id" as f2, null as f2t
from (select "r"."id" as id, "r"."created_at" as k
from "contact" "r"
where ("r"."deleted" = ? and instr(replace(portico_lower((select "side"."address"
from "email_address" "side"
where "side"."entity_id" = "r"."id" and ("side"."entity_type" = ? and "side"."is_primary" = ? and "side"."deleted" = ?)
limit 1)), 'ς', 'σ'), replace(portico_lower(?), 'ς', 'σ')) > 0)
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "contact" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- ["Contact",1,0,0,"Contact",1,0,"NORDWIND"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from "contact" "r"
where ("r"."deleted" = ? and instr(replace(portico_lower((select "side"."address"
from "email_address" "side"
where "side"."entity_id" = "r"."id" and ("side"."entity_type" = ? and "side"."is_primary" = ? and "side"."deleted" = ?)
limit 1)), 'ς', 'σ'), replace(portico_lower(?), 'ς', 'σ')) > 0)
limit 1001) b0) u
limit 1001) c;
-- [0,"Contact",1,0,"NORDWIND"]

-- one record
select "r"."id" as id, concat_ws(' ',
case when length("r"."first_name") > 0 then "r"."first_name" end,
case when length("r"."middle_name") > 0 then "r"."middle_name" end,
case when length("r"."last_name") > 0 then "r"."last_name" end) as f0, "r"."first_name" as f1, "r"."middle_name" as f2, "r"."last_name" as f3, (select "side"."address"
from "email_address" "side"
where "side"."entity_id" = "r"."id" and ("side"."entity_type" = ? and "side"."is_primary" = ? and "side"."deleted" = ?)
limit 1) as f4, "r"."birthday" as f5, "r"."interests" as f6, "r"."account_id" as f7, null as f7t, "r"."assigned_user_id" as f8, (select "v"."name"
from "user" "v"
where "v"."id" = "r"."assigned_user_id" and "v"."deleted" = ?) as f8t, "r"."created_at" as f9, "r"."modified_at" as f10,
case when instr(replace(portico_lower((select "side"."address"
from "email_address" "side"
where "side"."entity_id" = "r"."id" and ("side"."entity_type" = ? and "side"."is_primary" = ? and "side"."deleted" = ?)
limit 1)), 'ς', 'σ'), replace(portico_lower(?), 'ς', 'σ')) > 0 then 1 else 0 end as g0
from "contact" "r"
where ("r"."id" in (?) and "r"."deleted" = ?);
-- ["Contact",1,0,0,"Contact",1,0,"NORDWIND","cAnna",0]

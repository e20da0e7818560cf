-- Z11 line items by a path of four links: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."quantity" as f1, "r"."product_id" as f2, null as f2t
from (select "r"."id" as id, "r"."created_at" as k
from (select distinct "t1"."id" as near_id
from "quote" "t1"
where ("t1"."deleted" = ? and "t1"."account_id" = (select "t2"."id" as near_id
from "account" "t2"
where ("t2"."deleted" = ? and "t2"."id" = (select "t3"."account_id" as near_id
from "contact" "t3"
where ("t3"."deleted" = ? and ("t3"."id" in (?) and "t3"."id" collate binary in (?)))))))) s
cross join "quote_item" "r" on "r"."quote_id" = s.near_id
where "r"."deleted" = ?
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "quote_item" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- [0,0,0,"cAnna","cAnna",0]

-- the next page
select p.k as k, "r"."id" as id, "r"."name" as f0, "r"."quantity" as f1, "r"."product_id" as f2, null as f2t
from (select "r"."id" as id, "r"."created_at" as k
from (select distinct "t1"."id" as near_id
from "quote" "t1"
where ("t1"."deleted" = ? and "t1"."account_id" = (select "t2"."id" as near_id
from "account" "t2"
where ("t2"."deleted" = ? and "t2"."id" = (select "t3"."account_id" as near_id
from "contact" "t3"
where ("t3"."deleted" = ? and ("t3"."id" in (?) and "t3"."id" collate binary in (?)))))))) s
cross join "quote_item" "r" on "r"."quote_id" = s.near_id
where ("r"."deleted" = ? and ("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)))
order by "r"."created_at" desc, "r"."id" desc
limit 26) p
cross join "quote_item" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- [0,0,0,"cAnna","cAnna",0,"2024-05-02 00:00:00","2024-05-02 00:00:00","qu_8"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from (select distinct "t1"."id" as near_id
from "quote" "t1"
where ("t1"."deleted" = ? and "t1"."account_id" = (select "t2"."id" as near_id
from "account" "t2"
where ("t2"."deleted" = ? and "t2"."id" = (select "t3"."account_id" as near_id
from "contact" "t3"
where ("t3"."deleted" = ? and ("t3"."id" in (?) and "t3"."id" collate binary in (?)))))))) s
cross join "quote_item" "r" on "r"."quote_id" = s.near_id
where "r"."deleted" = ?
limit 1001) b0) u
limit 1001) c;
-- [0,0,0,"cAnna","cAnna",0]

-- one record
select "r"."id" as id, "r"."name" as f0, "r"."quantity" as f1, "r"."quote_id" as f2, null as f2t, "r"."product_id" as f3, null as f3t, "r"."assigned_user_id" as f4, (select "v"."name"
from "user" "v"
where "v"."id" = "r"."assigned_user_id" and "v"."deleted" = ?) as f4t, "r"."created_at" as f5, "r"."modified_at" as f6,
case when "r"."quote_id" in (select "t1"."id" as near_id
from "quote" "t1"
where ("t1"."deleted" = ? and "t1"."account_id" = (select "t2"."id" as near_id
from "account" "t2"
where ("t2"."deleted" = ? and "t2"."id" = (select "t3"."account_id" as near_id
from "contact" "t3"
where ("t3"."deleted" = ? and ("t3"."id" in (?) and "t3"."id" collate binary in (?)))))))) then 1 else 0 end as g0
from "quote_item" "r"
where ("r"."id" in (?) and "r"."deleted" = ?);
-- [0,0,0,0,"cAnna","cAnna","cAnna",0]

-- E09 level account: sqlite. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, "r"."id" as id, "r"."number" as f0, "r"."name" as f1, "r"."status" as f2, "r"."account_id" as f3, null as f3t, "r"."contact_id" as f4, null as f4t, "r"."created_at" as f5
from (select u.id, u.k
from (select *
from (select "r"."id" as id, "r"."created_at" as k
from (select distinct "t1j"."record_id" as near_id
from "portico_authorship" "t1j"
where ("t1j"."module" = ? and "t1j"."author_id" = ?)) s
cross join "case" "r" on "r"."id" = s.near_id
where ("r"."deleted" = ? and "r"."is_internal" = ?)
order by "r"."created_at" desc, "r"."id" desc
limit 26) b0
union select *
from (select "r"."id" as id, "r"."created_at" as k
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."contact_id" = (select "t1"."id" as near_id
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))))
order by "r"."created_at" desc, "r"."id" desc
limit 26) b1
union select *
from (select "r"."id" as id, "r"."created_at" as k
from (select distinct "t1l"."case_id" as near_id
from "case_contact" "t1l"
where "t1l"."contact_id" = (select "t1"."id"
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))) and "t1l"."deleted" = ?) s
cross join "case" "r" on "r"."id" = s.near_id
where ("r"."deleted" = ? and "r"."is_internal" = ?)
order by "r"."created_at" desc, "r"."id" desc
limit 26) b2
union select *
from (select "r"."id" as id, "r"."created_at" as k
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))))
order by "r"."created_at" desc, "r"."id" desc
limit 26) b3) u
order by u.k desc, u.id desc
limit 26) p
cross join "case" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- ["Case","pAnna",0,0,0,0,0,"cAnna","cAnna",0,"cAnna","cAnna",0,0,0,0,0,0,0,"cAnna","cAnna"]

-- the next page
select p.k as k, "r"."id" as id, "r"."number" as f0, "r"."name" as f1, "r"."status" as f2, "r"."account_id" as f3, null as f3t, "r"."contact_id" as f4, null as f4t, "r"."created_at" as f5
from (select u.id, u.k
from (select *
from (select "r"."id" as id, "r"."created_at" as k
from (select distinct "t1j"."record_id" as near_id
from "portico_authorship" "t1j"
where ("t1j"."module" = ? and "t1j"."author_id" = ?)) s
cross join "case" "r" on "r"."id" = s.near_id
where ("r"."deleted" = ? and "r"."is_internal" = ? and (("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)) or "r"."created_at" is null))
order by "r"."created_at" desc, "r"."id" desc
limit 26) b0
union select *
from (select "r"."id" as id, "r"."created_at" as k
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."contact_id" = (select "t1"."id" as near_id
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))) and (("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)) or "r"."created_at" is null))
order by "r"."created_at" desc, "r"."id" desc
limit 26) b1
union select *
from (select "r"."id" as id, "r"."created_at" as k
from (select distinct "t1l"."case_id" as near_id
from "case_contact" "t1l"
where "t1l"."contact_id" = (select "t1"."id"
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))) and "t1l"."deleted" = ?) s
cross join "case" "r" on "r"."id" = s.near_id
where ("r"."deleted" = ? and "r"."is_internal" = ? and (("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)) or "r"."created_at" is null))
order by "r"."created_at" desc, "r"."id" desc
limit 26) b2
union select *
from (select "r"."id" as id, "r"."created_at" as k
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))) and (("r"."created_at" <= ? and ("r"."created_at" < ? or "r"."id" < ?)) or "r"."created_at" is null))
order by "r"."created_at" desc, "r"."id" desc
limit 26) b3) u
order by u.k desc, u.id desc
limit 26) p
cross join "case" "r" on "r"."id" = p.id
order by p.k desc, p.id desc;
-- ["Case","pAnna",0,0,"2024-05-02 00:00:00","2024-05-02 00:00:00","ca_26",0,0,0,"cAnna","cAnna","2024-05-02 00:00:00","2024-05-02 00:00:00","ca_26",0,"cAnna","cAnna",0,0,0,"2024-05-02 00:00:00","2024-05-02 00:00:00","ca_26",0,0,0,0,"cAnna","cAnna","2024-05-02 00:00:00","2024-05-02 00:00:00","ca_26"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select "r"."id" as id
from (select distinct "t1j"."record_id" as near_id
from "portico_authorship" "t1j"
where ("t1j"."module" = ? and "t1j"."author_id" = ?)) s
cross join "case" "r" on "r"."id" = s.near_id
where ("r"."deleted" = ? and "r"."is_internal" = ?)
limit 1001) b0
union select *
from (select "r"."id" as id
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."contact_id" = (select "t1"."id" as near_id
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))))
limit 1001) b1
union select *
from (select "r"."id" as id
from (select distinct "t1l"."case_id" as near_id
from "case_contact" "t1l"
where "t1l"."contact_id" = (select "t1"."id"
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))) and "t1l"."deleted" = ?) s
cross join "case" "r" on "r"."id" = s.near_id
where ("r"."deleted" = ? and "r"."is_internal" = ?)
limit 1001) b2
union select *
from (select "r"."id" as id
from "case" "r"
where ("r"."deleted" = ? and "r"."is_internal" = ? and "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?)))))))
limit 1001) b3) u
limit 1001) c;
-- ["Case","pAnna",0,0,0,0,0,"cAnna","cAnna",0,"cAnna","cAnna",0,0,0,0,0,0,0,"cAnna","cAnna"]

-- one record
select "r"."id" as id, "r"."number" as f0, "r"."name" as f1, "r"."status" as f2, "r"."hours" as f3, "r"."amount" as f4, "r"."is_internal" as f5, "r"."due_date" as f6, "r"."closed_at" as f7, "r"."tags" as f8, "r"."description" as f9, "r"."account_id" as f10, null as f10t, "r"."contact_id" as f11, null as f11t, "r"."assigned_user_id" as f12, (select "v"."name"
from "user" "v"
where "v"."id" = "r"."assigned_user_id" and "v"."deleted" = ?) as f12t, "r"."created_at" as f13, "r"."modified_at" as f14,
case when ("r"."id" in (select "t1j"."record_id" as near_id
from "portico_authorship" "t1j"
where ("t1j"."module" = ? and "t1j"."author_id" = ?)) or "r"."contact_id" = (select "t1"."id" as near_id
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))) or "r"."id" in (select "t1l"."case_id" as near_id
from "case_contact" "t1l"
where "t1l"."contact_id" = (select "t1"."id"
from "contact" "t1"
where ("t1"."deleted" = ? and ("t1"."id" in (?) and "t1"."id" collate binary in (?)))) and "t1l"."deleted" = ?) or "r"."account_id" = (select "t1"."id" as near_id
from "account" "t1"
where ("t1"."deleted" = ? and "t1"."id" = (select "t2"."account_id" as near_id
from "contact" "t2"
where ("t2"."deleted" = ? and ("t2"."id" in (?) and "t2"."id" collate binary in (?))))))) then 1 else 0 end as g0
from "case" "r"
where ("r"."id" in (?) and ("r"."deleted" = ? and "r"."is_internal" = ?));
-- [0,"Case","pAnna",0,"cAnna","cAnna",0,"cAnna","cAnna",0,0,0,"cAnna","cAnna","cAnna",0,0]

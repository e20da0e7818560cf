-- T07 allowed and not denied: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`account_id` as f3, null as f3t, `r`.`contact_id` as f4, null as f4t, `r`.`created_at` as f5
from (select `r`.`id` as id, `r`.`created_at` as k
from (select distinct `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?)) s
straight_join `case` `r` on `r`.`id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `case` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- ["Case","pAnna","read","allow",0,0,"Case","pAnna","read","deny"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from (select distinct `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?)) s
straight_join `case` `r` on `r`.`id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))))
limit 1001) b0) u
limit 1001) c;
-- ["Case","pAnna","read","allow",0,0,"Case","pAnna","read","deny"]

-- one record
select `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`hours` as f3, `r`.`amount` as f4, `r`.`is_internal` as f5, `r`.`due_date` as f6, `r`.`closed_at` as f7, `r`.`tags` as f8, `r`.`description` as f9, `r`.`account_id` as f10, null as f10t, `r`.`contact_id` as f11, null as f11t, `r`.`assigned_user_id` as f12, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f12t, `r`.`created_at` as f13, `r`.`modified_at` as f14,
case when (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?)) and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?)))) then 1 else 0 end as g0
from `case` `r`
where (`r`.`id` in (?) and (`r`.`deleted` = ? and `r`.`is_internal` = ?));
-- [0,"Case","pAnna","read","allow","Case","pAnna","read","deny","cAnna",0,0]

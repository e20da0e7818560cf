-- T08 what is below that, or nowhere: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`account_id` as f3, null as f3t, `r`.`contact_id` as f4, null as f4t, `r`.`created_at` as f5
from (select u.id, u.k
from (select *
from (select `r`.`id` as id, `r`.`created_at` as k
from (select distinct `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` in (select near_id
from (with recursive t2w as (select `t2`.`id` as near_id
from `account` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` = (select `t3`.`account_id` as near_id
from `contact` `t3`
where (`t3`.`deleted` = ? and (`t3`.`id` in (?) and binary `t3`.`id` in (binary ?)))) and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?))))
union select `t2`.`id`
from t2w join `account` `t2` on `t2`.`parent_account_id` = t2w.near_id
where (`t2`.`deleted` = ? and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?)))) select near_id
from t2w) t2d))) s
straight_join `case` `r` on `r`.`account_id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b0
union select *
from (select `r`.`id` as id, `r`.`created_at` as k
from `case` `r`
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and (`r`.`account_id` is null or `r`.`account_id` = '') and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b1) u
order by u.k desc, u.id desc
limit 26) p
straight_join `case` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,0,0,"cAnna","cAnna","Account","pAnna","read","allow",0,"Account","pAnna","read","allow",0,0,"Case","pAnna","read","deny",0,0,"Case","pAnna","read","deny"]

-- the next page
select p.k as k, `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`account_id` as f3, null as f3t, `r`.`contact_id` as f4, null as f4t, `r`.`created_at` as f5
from (select u.id, u.k
from (select *
from (select `r`.`id` as id, `r`.`created_at` as k
from (select distinct `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` in (select near_id
from (with recursive t2w as (select `t2`.`id` as near_id
from `account` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` = (select `t3`.`account_id` as near_id
from `contact` `t3`
where (`t3`.`deleted` = ? and (`t3`.`id` in (?) and binary `t3`.`id` in (binary ?)))) and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?))))
union select `t2`.`id`
from t2w join `account` `t2` on `t2`.`parent_account_id` = t2w.near_id
where (`t2`.`deleted` = ? and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?)))) select near_id
from t2w) t2d))) s
straight_join `case` `r` on `r`.`account_id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))) and ((`r`.`created_at` <= ? and (`r`.`created_at` < ? or `r`.`id` < ?)) or `r`.`created_at` is null))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b0
union select *
from (select `r`.`id` as id, `r`.`created_at` as k
from `case` `r`
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and (`r`.`account_id` is null or `r`.`account_id` = '') and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))) and ((`r`.`created_at` <= ? and (`r`.`created_at` < ? or `r`.`id` < ?)) or `r`.`created_at` is null))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b1) u
order by u.k desc, u.id desc
limit 26) p
straight_join `case` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,0,0,"cAnna","cAnna","Account","pAnna","read","allow",0,"Account","pAnna","read","allow",0,0,"Case","pAnna","read","deny","2024-05-02 00:00:00","2024-05-02 00:00:00","ca_2",0,0,"Case","pAnna","read","deny","2024-05-02 00:00:00","2024-05-02 00:00:00","ca_2"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from (select distinct `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` in (select near_id
from (with recursive t2w as (select `t2`.`id` as near_id
from `account` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` = (select `t3`.`account_id` as near_id
from `contact` `t3`
where (`t3`.`deleted` = ? and (`t3`.`id` in (?) and binary `t3`.`id` in (binary ?)))) and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?))))
union select `t2`.`id`
from t2w join `account` `t2` on `t2`.`parent_account_id` = t2w.near_id
where (`t2`.`deleted` = ? and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?)))) select near_id
from t2w) t2d))) s
straight_join `case` `r` on `r`.`account_id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))))
limit 1001) b0
union select *
from (select `r`.`id` as id
from `case` `r`
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and (`r`.`account_id` is null or `r`.`account_id` = '') and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?))))
limit 1001) b1) u
limit 1001) c;
-- [0,0,0,"cAnna","cAnna","Account","pAnna","read","allow",0,"Account","pAnna","read","allow",0,0,"Case","pAnna","read","deny",0,0,"Case","pAnna","read","deny"]

-- one record
select `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`hours` as f3, `r`.`amount` as f4, `r`.`is_internal` as f5, `r`.`due_date` as f6, `r`.`closed_at` as f7, `r`.`tags` as f8, `r`.`description` as f9, `r`.`account_id` as f10, null as f10t, `r`.`contact_id` as f11, null as f11t, `r`.`assigned_user_id` as f12, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f12t, `r`.`created_at` as f13, `r`.`modified_at` as f14,
case when ((`r`.`account_id` is null or `r`.`account_id` = '') or `r`.`account_id` in (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` in (select near_id
from (with recursive t2w as (select `t2`.`id` as near_id
from `account` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` = (select `t3`.`account_id` as near_id
from `contact` `t3`
where (`t3`.`deleted` = ? and (`t3`.`id` in (?) and binary `t3`.`id` in (binary ?)))) and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?))))
union select `t2`.`id`
from t2w join `account` `t2` on `t2`.`parent_account_id` = t2w.near_id
where (`t2`.`deleted` = ? and `t2`.`id` in (select `t3j`.`record_id` as near_id
from `portico_object_rights` `t3j`
where (`t3j`.`module` = ? and `t3j`.`grantee` = ? and `t3j`.`right` = ? and `t3j`.`effect` = ?)))) select near_id
from t2w) t2d)))) then 1 else 0 end as g0
from `case` `r`
where (`r`.`id` in (?) and (`r`.`deleted` = ? and `r`.`is_internal` = ? and not (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_object_rights` `t1j`
where (`t1j`.`module` = ? and `t1j`.`grantee` = ? and `t1j`.`right` = ? and `t1j`.`effect` = ?)))));
-- [0,0,0,0,"cAnna","cAnna","Account","pAnna","read","allow",0,"Account","pAnna","read","allow","cAnna",0,0,"Case","pAnna","read","deny"]

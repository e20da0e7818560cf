-- T06 his own ones, of nothing or of what is his: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`account_id` as f3, null as f3t, `r`.`contact_id` as f4, null as f4t, `r`.`created_at` as f5
from (select `r`.`id` as id, `r`.`created_at` as k
from (select distinct `t1j`.`record_id` as near_id
from `portico_responsible` `t1j`
where (`t1j`.`module` = ? and `t1j`.`person_id` = ?)) s
straight_join `case` `r` on `r`.`id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and ((`r`.`account_id` is null or `r`.`account_id` = '') or `r`.`account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?))))))))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `case` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- ["Case","pAnna",0,0,0,0,"cAnna","cAnna"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from (select distinct `t1j`.`record_id` as near_id
from `portico_responsible` `t1j`
where (`t1j`.`module` = ? and `t1j`.`person_id` = ?)) s
straight_join `case` `r` on `r`.`id` = s.near_id
where (`r`.`deleted` = ? and `r`.`is_internal` = ? and ((`r`.`account_id` is null or `r`.`account_id` = '') or `r`.`account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?))))))))
limit 1001) b0) u
limit 1001) c;
-- ["Case","pAnna",0,0,0,0,"cAnna","cAnna"]

-- one record
select `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`hours` as f3, `r`.`amount` as f4, `r`.`is_internal` as f5, `r`.`due_date` as f6, `r`.`closed_at` as f7, `r`.`tags` as f8, `r`.`description` as f9, `r`.`account_id` as f10, null as f10t, `r`.`contact_id` as f11, null as f11t, `r`.`assigned_user_id` as f12, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f12t, `r`.`created_at` as f13, `r`.`modified_at` as f14,
case when (`r`.`id` in (select `t1j`.`record_id` as near_id
from `portico_responsible` `t1j`
where (`t1j`.`module` = ? and `t1j`.`person_id` = ?)) and ((`r`.`account_id` is null or `r`.`account_id` = '') or `r`.`account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))))) then 1 else 0 end as g0
from `case` `r`
where (`r`.`id` in (?) and (`r`.`deleted` = ? and `r`.`is_internal` = ?));
-- [0,"Case","pAnna",0,0,"cAnna","cAnna","cAnna",0,0]

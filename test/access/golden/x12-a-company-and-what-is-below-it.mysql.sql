-- X12 a company and what is below it: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`type` as f1, `r`.`employees` as f2
from (select u.id, u.k
from (select *
from (select `r`.`id` as id, `r`.`created_at` as k
from `account` `r`
where (`r`.`deleted` = ? and `r`.`id` = (select `t1`.`account_id` as near_id
from `contact` `t1`
where (`t1`.`deleted` = ? and (`t1`.`id` in (?) and binary `t1`.`id` in (binary ?)))))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b0
union select *
from (select `r`.`id` as id, `r`.`created_at` as k
from `account` `r`
where (`r`.`deleted` = ? and `r`.`parent_account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b1) u
order by u.k desc, u.id desc
limit 26) p
straight_join `account` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,0,"cAnna","cAnna",0,0,0,"cAnna","cAnna"]

-- the next page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`type` as f1, `r`.`employees` as f2
from (select u.id, u.k
from (select *
from (select `r`.`id` as id, `r`.`created_at` as k
from `account` `r`
where (`r`.`deleted` = ? and `r`.`id` = (select `t1`.`account_id` as near_id
from `contact` `t1`
where (`t1`.`deleted` = ? and (`t1`.`id` in (?) and binary `t1`.`id` in (binary ?)))) and (`r`.`created_at` <= ? and (`r`.`created_at` < ? or `r`.`id` < ?)))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b0
union select *
from (select `r`.`id` as id, `r`.`created_at` as k
from `account` `r`
where (`r`.`deleted` = ? and `r`.`parent_account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))) and (`r`.`created_at` <= ? and (`r`.`created_at` < ? or `r`.`id` < ?)))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) b1) u
order by u.k desc, u.id desc
limit 26) p
straight_join `account` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,0,"cAnna","cAnna","2024-05-01 12:00:00","2024-05-01 12:00:00","aStep1",0,0,0,"cAnna","cAnna","2024-05-01 12:00:00","2024-05-01 12:00:00","aStep1"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from `account` `r`
where (`r`.`deleted` = ? and `r`.`id` = (select `t1`.`account_id` as near_id
from `contact` `t1`
where (`t1`.`deleted` = ? and (`t1`.`id` in (?) and binary `t1`.`id` in (binary ?)))))
limit 1001) b0
union select *
from (select `r`.`id` as id
from `account` `r`
where (`r`.`deleted` = ? and `r`.`parent_account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))))
limit 1001) b1) u
limit 1001) c;
-- [0,0,"cAnna","cAnna",0,0,0,"cAnna","cAnna"]

-- one record
select `r`.`id` as id, `r`.`name` as f0, `r`.`code` as f1, `r`.`type` as f2, `r`.`employees` as f3, `r`.`revenue` as f4, `r`.`is_vip` as f5, (select `side`.`address`
from `email_address` `side`
where `side`.`entity_id` = `r`.`id` and (`side`.`entity_type` = ? and `side`.`is_primary` = ? and `side`.`deleted` = ?)
limit 1) as f6, `r`.`parent_account_id` as f7, (select `v`.`name`
from `account` `v`
where `v`.`id` = `r`.`parent_account_id` and (`v`.`deleted` = ? and (`v`.`id` = (select `t1`.`account_id` as near_id
from `contact` `t1`
where (`t1`.`deleted` = ? and (`t1`.`id` in (?) and binary `t1`.`id` in (binary ?)))) or `v`.`parent_account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?))))))))) as f7t, `r`.`assigned_user_id` as f8, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f8t, `r`.`created_at` as f9, `r`.`modified_at` as f10,
case when (`r`.`id` = (select `t1`.`account_id` as near_id
from `contact` `t1`
where (`t1`.`deleted` = ? and (`t1`.`id` in (?) and binary `t1`.`id` in (binary ?)))) or `r`.`parent_account_id` = (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?))))))) then 1 else 0 end as g0
from `account` `r`
where (`r`.`id` in (?) and `r`.`deleted` = ?);
-- ["Account",1,0,0,0,"cAnna","cAnna",0,0,"cAnna","cAnna",0,0,"cAnna","cAnna",0,0,"cAnna","cAnna","cAnna",0]

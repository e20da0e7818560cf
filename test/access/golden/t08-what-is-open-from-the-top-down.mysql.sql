-- T08 what is open from the top down: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`type` as f1, `r`.`employees` as f2
from (select `r`.`id` as id, `r`.`created_at` as k
from (select distinct near_id
from (with recursive t1w as (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))
union select `t1`.`id`
from t1w join `account` `t1` on `t1`.`parent_account_id` = t1w.near_id
where `t1`.`deleted` = ?) select near_id
from t1w) t1d) s
straight_join `account` `r` on `r`.`id` = s.near_id
where `r`.`deleted` = ?
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `account` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,0,"cAnna","cAnna",0,0]

-- the next page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`type` as f1, `r`.`employees` as f2
from (select `r`.`id` as id, `r`.`created_at` as k
from (select distinct near_id
from (with recursive t1w as (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))
union select `t1`.`id`
from t1w join `account` `t1` on `t1`.`parent_account_id` = t1w.near_id
where `t1`.`deleted` = ?) select near_id
from t1w) t1d) s
straight_join `account` `r` on `r`.`id` = s.near_id
where (`r`.`deleted` = ? and (`r`.`created_at` <= ? and (`r`.`created_at` < ? or `r`.`id` < ?)))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `account` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,0,"cAnna","cAnna",0,0,"2024-05-02 00:00:00","2024-05-02 00:00:00","ac_2"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from (select distinct near_id
from (with recursive t1w as (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))
union select `t1`.`id`
from t1w join `account` `t1` on `t1`.`parent_account_id` = t1w.near_id
where `t1`.`deleted` = ?) select near_id
from t1w) t1d) s
straight_join `account` `r` on `r`.`id` = s.near_id
where `r`.`deleted` = ?
limit 1001) b0) u
limit 1001) c;
-- [0,0,"cAnna","cAnna",0,0]

-- one record
select `r`.`id` as id, `r`.`name` as f0, `r`.`code` as f1, `r`.`type` as f2, `r`.`employees` as f3, `r`.`revenue` as f4, `r`.`is_vip` as f5, (select `side`.`address`
from `email_address` `side`
where `side`.`entity_id` = `r`.`id` and (`side`.`entity_type` = ? and `side`.`is_primary` = ? and `side`.`deleted` = ?)
limit 1) as f6, `r`.`parent_account_id` as f7, (select `v`.`name`
from `account` `v`
where `v`.`id` = `r`.`parent_account_id` and (`v`.`deleted` = ? and `v`.`id` in (select near_id
from (with recursive t1w as (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))
union select `t1`.`id`
from t1w join `account` `t1` on `t1`.`parent_account_id` = t1w.near_id
where `t1`.`deleted` = ?) select near_id
from t1w) t1d))) as f7t, `r`.`assigned_user_id` as f8, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f8t, `r`.`created_at` as f9, `r`.`modified_at` as f10,
case when `r`.`id` in (select near_id
from (with recursive t1w as (select `t1`.`id` as near_id
from `account` `t1`
where (`t1`.`deleted` = ? and `t1`.`id` = (select `t2`.`account_id` as near_id
from `contact` `t2`
where (`t2`.`deleted` = ? and (`t2`.`id` in (?) and binary `t2`.`id` in (binary ?)))))
union select `t1`.`id`
from t1w join `account` `t1` on `t1`.`parent_account_id` = t1w.near_id
where `t1`.`deleted` = ?) select near_id
from t1w) t1d) then 1 else 0 end as g0
from `account` `r`
where (`r`.`id` in (?) and `r`.`deleted` = ?);
-- ["Account",1,0,0,0,0,"cAnna","cAnna",0,0,0,0,"cAnna","cAnna",0,"cAnna",0]

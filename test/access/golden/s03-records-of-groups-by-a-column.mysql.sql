-- S03 records of groups, by a column: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`type` as f1, `r`.`employees` as f2
from (select `r`.`id` as id, `r`.`created_at` as k
from `account` `r`
where (`r`.`deleted` = ? and (`r`.`assigned_user_id` is null and (`r`.`owner_group_id` in (?) and `r`.`owner_group_id` not like '% ')))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `account` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- [0,"gNord"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from `account` `r`
where (`r`.`deleted` = ? and (`r`.`assigned_user_id` is null and (`r`.`owner_group_id` in (?) and `r`.`owner_group_id` not like '% ')))
limit 1001) b0) u
limit 1001) c;
-- [0,"gNord"]

-- one record
select `r`.`id` as id, `r`.`name` as f0, `r`.`code` as f1, `r`.`type` as f2, `r`.`employees` as f3, `r`.`revenue` as f4, `r`.`is_vip` as f5, (select `side`.`address`
from `email_address` `side`
where `side`.`entity_id` = `r`.`id` and (`side`.`entity_type` = ? and `side`.`is_primary` = ? and `side`.`deleted` = ?)
limit 1) as f6, `r`.`parent_account_id` as f7, (select `v`.`name`
from `account` `v`
where `v`.`id` = `r`.`parent_account_id` and (`v`.`deleted` = ? and (`v`.`assigned_user_id` is null and (`v`.`owner_group_id` in (?) and `v`.`owner_group_id` not like '% ')))) as f7t, `r`.`assigned_user_id` as f8, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f8t, `r`.`created_at` as f9, `r`.`modified_at` as f10,
case when (`r`.`assigned_user_id` is null and (`r`.`owner_group_id` in (?) and `r`.`owner_group_id` not like '% ')) then 1 else 0 end as g0
from `account` `r`
where (`r`.`id` in (?) and `r`.`deleted` = ?);
-- ["Account",1,0,0,"gNord",0,"gNord","cAnna",0]

-- Z08 a public module: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`unit_price` as f1
from (select `r`.`id` as id, `r`.`created_at` as k
from `product` `r`
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `product` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- []

-- the next page
select p.k as k, `r`.`id` as id, `r`.`name` as f0, `r`.`unit_price` as f1
from (select `r`.`id` as id, `r`.`created_at` as k
from `product` `r`
where (`r`.`created_at` <= ? and (`r`.`created_at` < ? or `r`.`id` < ?))
order by `r`.`created_at` desc, `r`.`id` desc
limit 26) p
straight_join `product` `r` on `r`.`id` = p.id
order by p.k desc, p.id desc;
-- ["2024-05-02 00:00:00","2024-05-02 00:00:00","pr_1"]

-- the count
select count(*) as count
from (select u.id
from (select *
from (select `r`.`id` as id
from `product` `r`
limit 1001) b0) u
limit 1001) c;
-- []

-- one record
select `r`.`id` as id, `r`.`name` as f0, `r`.`unit_price` as f1, `r`.`assigned_user_id` as f2, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f2t, `r`.`created_at` as f3, `r`.`modified_at` as f4,
case when 1 = 1 then 1 else 0 end as g0
from `product` `r`
where `r`.`id` in (?);
-- [0,"cAnna"]

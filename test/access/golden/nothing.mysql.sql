-- nothing: mysql. Made by UPDATE_GOLDEN=1 npx mocha test/access/corpus.test.ts

-- a page
-- nothing is asked

-- the count
-- nothing is asked

-- one record
select `r`.`id` as id, `r`.`number` as f0, `r`.`name` as f1, `r`.`status` as f2, `r`.`hours` as f3, `r`.`amount` as f4, `r`.`is_internal` as f5, `r`.`due_date` as f6, `r`.`closed_at` as f7, `r`.`tags` as f8, `r`.`description` as f9, `r`.`account_id` as f10, null as f10t, `r`.`contact_id` as f11, null as f11t, `r`.`assigned_user_id` as f12, (select `v`.`name`
from `user` `v`
where `v`.`id` = `r`.`assigned_user_id` and `v`.`deleted` = ?) as f12t, `r`.`created_at` as f13, `r`.`modified_at` as f14,
case when 1 = 0 then 1 else 0 end as g0
from `case` `r`
where (`r`.`id` in (?) and (`r`.`deleted` = ? and `r`.`is_internal` = ?));
-- [0,"cAnna",0,0]

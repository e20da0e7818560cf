<?php
/*
 * Portico for EspoCRM: registers Portico (customer portals, external users, global sharing) in an EspoCRM.
 * Copyright (C) 2026 The Portico authors
 * SPDX-License-Identifier: AGPL-3.0-or-later
 *
 * This program is free software: you can redistribute it and/or modify it under the terms of the GNU Affero General
 * Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
 * later version. It is distributed WITHOUT ANY WARRANTY. See <https://www.gnu.org/licenses/>.
 */

use Espo\Core\Container;
use Espo\Core\InjectableFactory;
use Espo\Core\ORM\Repository\Option\SaveOption;
use Espo\Core\Utils\Config;
use Espo\Core\Utils\Config\ConfigWriter;
use Espo\Entities\Integration;
use Espo\Entities\Role;
use Espo\Entities\User;
use Espo\ORM\EntityManager;
use Espo\ORM\Query\DeleteBuilder;
use Espo\ORM\Query\SelectBuilder;

/**
 * Leaves EspoCRM as it was. It runs without Portico's classes, which are gone by then, and never in an upgrade.
 * What people have written stays under their names; the service's own tables (portico_…) are the service's to remove.
 */
class AfterUninstall
{
    private const NAME = 'Portico';
    private const SERVICE = 'portico';

    private EntityManager $entityManager;

    /** @param array<string, mixed> $params */
    public function run(Container $container, array $params = []): void
    {
        $this->entityManager = $container->getByClass(EntityManager::class);

        $this->removeRole();
        $this->removeUsers();
        $this->removeIntegration(
            $container->getByClass(Config::class),
            $container->getByClass(InjectableFactory::class)->create(ConfigWriter::class)
        );

        $this->entityManager->getSqlExecutor()->execute('DROP TABLE IF EXISTS `portico_outbox`');
    }

    private function removeRole(): void
    {
        $roles = $this->entityManager->getRDBRepositoryByClass(Role::class)
            ->join('users')
            ->where(['name' => self::NAME, 'users.userName' => self::SERVICE, 'users.type' => User::TYPE_API])
            ->find();

        foreach ($roles as $role) {
            $this->deleteRows('RoleUser', ['roleId' => $role->getId()]);
            $this->deleteRows(Role::ENTITY_TYPE, ['id' => $role->getId()]);
        }
    }

    /** The API user and the authors. Whom a record names stays, so that its history stays true; nobody can come in with it. */
    private function removeUsers(): void
    {
        $named = $this->named();

        foreach ($this->entityManager->getRDBRepositoryByClass(User::class)->where($this->ours())->find() as $user) {
            if (!isset($named[$user->getId()])) {
                $this->deleteRows(User::ENTITY_TYPE, ['id' => $user->getId()]);

                continue;
            }

            $user->setMultiple(['isActive' => false, 'apiKey' => null]);

            // Portico's own hooks are gone by now, and EspoCRM still remembers them.
            $this->entityManager->saveEntity($user, [SaveOption::SILENT => true, SaveOption::SKIP_HOOKS => true]);
        }
    }

    /** @return array<string, mixed> */
    private function ours(): array
    {
        return [
            'OR' => [
                ['userName' => self::SERVICE, 'type' => User::TYPE_API],
                ['userName*' => self::SERVICE . '.%', 'type' => User::TYPE_PORTAL, 'isActive' => false],
            ],
        ];
    }

    /**
     * Those of our users whom any record, a removed one too, names as its author or last editor.
     *
     * @return array<string, true> By id.
     */
    private function named(): array
    {
        $named = [];

        foreach ($this->entityManager->getDefs()->getEntityList() as $defs) {
            foreach (['createdById', 'modifiedById'] as $attribute) {
                if ($defs->hasAttribute($attribute) && !$defs->getAttribute($attribute)->isNotStorable()) {
                    $named += array_fill_keys($this->namedBy($defs->getName(), $attribute), true);
                }
            }
        }

        return $named;
    }

    /** @return string[] */
    private function namedBy(string $entityType, string $attribute): array
    {
        $ours = SelectBuilder::create()->from(User::ENTITY_TYPE)->select('id')->where($this->ours())->build();

        $query = SelectBuilder::create()
            ->from($entityType)
            ->withDeleted()
            ->select($attribute)
            ->distinct()
            ->where([$attribute . '=s' => $ours])
            ->build();

        return $this->entityManager->getQueryExecutor()->execute($query)->fetchAll(PDO::FETCH_COLUMN);
    }

    private function removeIntegration(Config $config, ConfigWriter $configWriter): void
    {
        $this->deleteRows(Integration::ENTITY_TYPE, ['id' => self::NAME]);

        $switches = (array) $config->get('integrations');

        if (array_key_exists(self::NAME, $switches)) {
            unset($switches[self::NAME]);

            $configWriter->set('integrations', (object) $switches);
            $configWriter->save();
        }
    }

    /** @param array<string, mixed> $where */
    private function deleteRows(string $entityType, array $where): void
    {
        $this->entityManager->getQueryExecutor()->execute(
            DeleteBuilder::create()->from($entityType)->where($where)->build()
        );
    }
}

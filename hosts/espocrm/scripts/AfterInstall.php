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
use Espo\Core\DataManager;
use Espo\Core\InjectableFactory;
use Espo\Core\ORM\Repository\Option\SaveOption;
use Espo\Core\Utils\Config;
use Espo\Core\Utils\Util;
use Espo\Entities\Integration;
use Espo\Entities\Role;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\ServiceRole;
use Espo\Modules\Portico\Settings;
use Espo\ORM\EntityManager;

/** Makes what is not there yet: the integration's row with its secret, the service's API user with its key and role. */
class AfterInstall
{
    private const SECRET_BYTES = 24;

    private EntityManager $entityManager;

    /** @param array<string, mixed> $params */
    public function run(Container $container, array $params = []): void
    {
        $this->entityManager = $container->getByClass(EntityManager::class);

        $this->makeIntegration($container->getByClass(Config::class));
        $this->makeUser();

        $container->getByClass(InjectableFactory::class)->create(ServiceRole::class)->process();

        // This process has the classes of the version before, and builds with them once more: whoever comes next builds anew.
        register_shutdown_function(fn () => $container->getByClass(DataManager::class)->clearCache());
    }

    private function makeIntegration(Config $config): void
    {
        /** @var Integration $integration */
        $integration = $this->entityManager->getEntityById(Integration::ENTITY_TYPE, Settings::INTEGRATION_ID);

        $defaults = [
            'enabled' => false,
            'serviceUrl' => '/crm-portal',
            'siteUrl' => rtrim((string) $config->get('siteUrl'), '/'),
            'sharedSecret' => bin2hex(random_bytes(self::SECRET_BYTES)),
            'portal' => false,
            'externalUsers' => false,
            'globalSharing' => false,
        ];

        foreach ($defaults as $name => $value) {
            if ($integration->get($name) === null) {
                $integration->set($name, $value);
            }
        }

        $this->entityManager->saveEntity($integration);
    }

    /** One that an uninstalled Portico left behind, because records name it, is taken up again with a new key. */
    private function makeUser(): void
    {
        $users = $this->entityManager->getRDBRepositoryByClass(User::class);
        $known = $users->where(['userName' => Caller::SERVICE_USER_NAME, 'type' => User::TYPE_API])->findOne();
        $user = $known ?? $users->getNew();

        if (!$user->get('apiKey')) {
            $user->setMultiple([
                'userName' => Caller::SERVICE_USER_NAME,
                'type' => User::TYPE_API,
                'authMethod' => 'ApiKey',
                'apiKey' => Util::generateApiKey(),
                'isActive' => true,
            ]);

            // Hooks on users would note down that this one has no second secret.
            $this->entityManager->saveEntity($user, [SaveOption::SKIP_HOOKS => true]);
        }

        $this->giveRole($user);
    }

    private function giveRole(User $user): void
    {
        $roles = $this->entityManager->getRelation($user, 'roles');

        if ($roles->where(['name' => ServiceRole::NAME])->findOne()) {
            return;
        }

        $role = $this->entityManager->createEntity(Role::ENTITY_TYPE, ['name' => ServiceRole::NAME]);

        $roles->relate($role);
    }
}

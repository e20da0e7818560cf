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
use Espo\Core\Exceptions\Conflict;
use Espo\Entities\User;
use Espo\ORM\EntityManager;

/** Refuses where a person is called as the service's API user will be: the service must not be taken for that person. */
class BeforeInstall
{
    /** @param array<string, mixed> $params */
    public function run(Container $container, array $params = []): void
    {
        $person = $container->getByClass(EntityManager::class)
            ->getRDBRepositoryByClass(User::class)
            ->where(['userName' => 'portico', 'type!=' => User::TYPE_API])
            ->findOne();

        if ($person) {
            throw new Conflict("A user is called 'portico': give him another user name, then install Portico again.");
        }
    }
}

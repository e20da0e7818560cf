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

namespace Espo\Modules\Portico;

use Espo\Core\Acl\Cache\Clearer;
use Espo\Core\ORM\Repository\Option\SaveOption;
use Espo\Core\Rebuild\RebuildAction;
use Espo\Core\Utils\Metadata;
use Espo\Entities\Role;
use Espo\Entities\User;
use Espo\ORM\EntityManager;
use stdClass;

/**
 * Keeps the role of the service's API user complete: every rebuild adds what has come, entity types made in the Entity
 * Manager too. Portico decides itself what people from outside may do; EspoCRM's ACL would only stand in its way.
 */
class ServiceRole implements RebuildAction
{
    public const NAME = 'Portico';

    /** The service never changes who may do what in EspoCRM. */
    private const READ_ONLY = [User::ENTITY_TYPE];

    /** To name whom a record is assigned to, and the authors, who are portal users. */
    private const PERMISSIONS = [
        'assignmentPermission' => 'all',
        'userPermission' => 'all',
        'portalPermission' => 'yes',
    ];

    public function __construct(
        private EntityManager $entityManager,
        private Metadata $metadata,
        private Scopes $scopes,
        private Clearer $aclCache,
    ) {}

    public function process(): void
    {
        $user = $this->entityManager->getRDBRepositoryByClass(User::class)
            ->where(['userName' => Caller::SERVICE_USER_NAME, 'type' => User::TYPE_API])
            ->findOne();

        if (!$user) {
            return;
        }

        /** @var ?Role $role */
        $role = $this->entityManager->getRelation($user, 'roles')->where(['name' => self::NAME])->findOne();

        if (!$role) {
            return;
        }

        $role->setMultiple(['data' => $this->scopes(), 'fieldData' => (object) []] + self::PERMISSIONS);

        $this->entityManager->saveEntity($role, [SaveOption::SILENT => true]);
        $this->aclCache->clearForUser($user);
    }

    private function scopes(): stdClass
    {
        $levels = [];

        foreach ($this->metadata->get('scopes') as $scope => $defs) {
            $acl = $defs['acl'] ?? false;

            if (($defs['entity'] ?? false) && $acl && $acl !== 'boolean' && !($defs['disabled'] ?? false)) {
                $levels[$scope] = $this->levels($scope, $defs);
            }
        }

        return (object) $levels;
    }

    /**
     * Everything on records and folders; on what merely serves them (categories, teams) reading.
     *
     * @param array<string, mixed> $defs
     */
    private function levels(string $scope, array $defs): stdClass
    {
        $actions = $defs['aclActionList'] ?? ['create', 'read', 'edit', 'delete', 'stream'];
        $isWritten = $this->scopes->isWorkedWith($scope) && !in_array($scope, self::READ_ONLY);
        $highest = $defs['aclHighestLevel'] ?? 'all';
        $levels = [];

        foreach ($actions as $action) {
            $granted = $action === 'create' ? 'yes' : $highest;
            $levels[$action] = $isWritten || $action === 'read' ? $granted : 'no';
        }

        return (object) $levels;
    }
}

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

namespace Espo\Modules\Portico\Api;

use Espo\Core\Acl\Table;
use Espo\Core\AclManager;
use Espo\Core\Api\Action;
use Espo\Core\Api\Request;
use Espo\Core\Api\Response;
use Espo\Core\Api\ResponseComposer;
use Espo\Entities\User;
use Espo\Modules\Portico\Caller;
use Espo\Modules\Portico\Scopes;
use Espo\ORM\Entity;
use Espo\ORM\EntityManager;

/**
 * What EspoCRM itself lets a staff member do with a record or, without its id, with some record of an entity type: roles,
 * teams, ownership and what plugins add.
 */
class GetRights implements Action
{
    public function __construct(
        private Caller $caller,
        private EntityManager $entityManager,
        private Scopes $scopes,
        private AclManager $aclManager,
    ) {}

    public function process(Request $request): Response
    {
        $this->caller->mustBeService();

        $user = $this->staff((string) $request->getRouteParam('userId'));
        $subject = $this->subject((string) $request->getRouteParam('entityType'), $request->getRouteParam('id'));
        $may = fn (string $action) => $user && $subject && $this->aclManager->tryCheck($user, $subject, $action);

        return ResponseComposer::json([
            'view' => $may(Table::ACTION_READ),
            'edit' => $may(Table::ACTION_EDIT),
            'delete' => $may(Table::ACTION_DELETE),
        ]);
    }

    private function staff(string $id): ?User
    {
        $user = $this->entityManager->getRDBRepositoryByClass(User::class)->getById($id);

        return $user?->isActive() && Caller::isStaff($user) ? $user : null;
    }

    private function subject(string $entityType, ?string $id): Entity|string|null
    {
        if (!$this->scopes->isWorkedWith($entityType)) {
            return null;
        }

        return $id === null ? $entityType : $this->entityManager->getEntityById($entityType, $id);
    }
}

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

namespace Espo\Modules\Portico\Sharing;

use Espo\Core\Exceptions\Forbidden;
use Espo\Entities\ImportEntity;
use Espo\Entities\User;
use Espo\ORM\EntityManager;

/** What an import has made; EspoCRM removes it without asking. */
class RevertedOnes
{
    public function __construct(
        private User $user,
        private EntityManager $entityManager,
        private Rights $porticoRights,
    ) {}

    /** @throws Forbidden where one of them is not the user's to delete. */
    public function check(string $importId): void
    {
        $made = $this->entityManager
            ->getRDBRepository(ImportEntity::ENTITY_TYPE)
            ->where(['importId' => $importId, 'isImported' => true])
            ->find();

        foreach ($this->porticoRights->govern($this->user) ? $made : [] as $one) {
            if (!$this->mayDelete($one->get('entityType'), $one->get('entityId'))) {
                throw new Forbidden("Portico: a record of the import is not the user's to delete.");
            }
        }
    }

    private function mayDelete(?string $entityType, ?string $id): bool
    {
        $entity = $entityType && $id && $this->porticoRights->isShared($entityType) ?
            $this->entityManager->getEntityById($entityType, $id) : null;

        return !$entity || $this->porticoRights->let($this->user, $entity, Rights::DELETE);
    }
}
